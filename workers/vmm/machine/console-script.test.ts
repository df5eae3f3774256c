import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Timers } from "../base/timers.ts";
import { ConsoleScript } from "./console-script.ts";
import type { ConsoleStep } from "./console-script-step.ts";
import type { ExitPartCounts } from "./exit-parts.ts";

/** A machine that only has a clock: `at` runs it to a time and prints there. */
class ClockMachine {
  readonly typed: string[] = [];
  isStopped = false;
  #now = 0;
  readonly #alarms = new Map<
    string,
    { deadline: number | undefined; fire: (now: number) => void }
  >();

  get retired(): number {
    return this.#now;
  }

  readonly timers: Timers = {
    now: () => this.#now,
    alarm: (name, onFire) => {
      const entry: { deadline: number | undefined; fire: (now: number) => void } = {
        deadline: undefined,
        fire: onFire,
      };
      this.#alarms.set(name, entry);
      return {
        arm: (deadline) => {
          entry.deadline = deadline;
        },
        disarm: () => {
          entry.deadline = undefined;
        },
        get isArmed() {
          return entry.deadline !== undefined;
        },
      };
    },
  };

  sendConsole(bytes: Uint8Array): void {
    this.typed.push(new TextDecoder().decode(bytes));
  }

  /** One for each nanosecond. */
  exitCounts(): Record<string, number> {
    return { csr: this.#now, "memory.cow": 1 };
  }

  exitParts(): ExitPartCounts {
    return { csr: { time: this.#now } };
  }

  stop(): void {
    this.isStopped = true;
  }

  runTo(time: number): void {
    for (;;) {
      const next = [...this.#alarms.values()]
        .filter((alarm) => alarm.deadline !== undefined && alarm.deadline <= time)
        .sort((a, b) => (a.deadline ?? 0) - (b.deadline ?? 0))[0];
      if (next?.deadline === undefined || this.isStopped) {
        break;
      }
      this.#now = next.deadline;
      next.deadline = undefined;
      next.fire(this.#now);
    }
    this.#now = Math.max(this.#now, time);
  }
}

function start(steps: readonly ConsoleStep[]) {
  const machine = new ClockMachine();
  const script = new ConsoleScript(steps);
  script.attach(machine);
  const print = (text: string) => {
    for (const byte of new TextEncoder().encode(text)) {
      script.write(byte);
    }
  };
  return { machine, script, print };
}

const login: ConsoleStep[] = [
  { kind: "expect", pattern: "login: $", within: 1_000_000 },
  { kind: "send", text: "root\n" },
  { kind: "expect", pattern: "# $", within: 1_000_000 },
];

/** The machine counts one `csr` for each nanosecond. */
describe("an assertion on exits", () => {
  const greet: ConsoleStep = { kind: "expect", pattern: "hi", within: 1_000_000 };
  const atMost = (count: number): ConsoleStep => ({
    kind: "assert",
    exits: [{ category: "csr", relation: "<=", count }],
    since: { step: 0, name: "greets" },
  });

  test("compares what was counted since an earlier step, at once", () => {
    const again: ConsoleStep = { ...greet, pattern: "again" };
    const { machine, script, print } = start([greet, again, atMost(30_000), atMost(29_999)]);
    print("hi");
    machine.runTo(30_000);
    print("again");
    machine.runTo(60_000);
    expect(machine.isStopped).toBe(true);
    expect(script.reports.map(({ state, sentence }) => [state, sentence]).slice(2)).toEqual([
      ["passed", 'There were 30,000 exits csr since "greets".'],
      ["failed", 'Expected csr <= 29,999 since "greets", but there were 30,000 exits csr.'],
    ]);
    expect(script.marks[2]).toEqual(script.marks[1]);
  });

  test("that does not hold ends nothing, and one behind the power-off is looked at, too", () => {
    const never: ConsoleStep = {
      kind: "assert",
      exits: [
        { category: "csr", relation: ">", count: 0 },
        { category: "wfi", relation: ">=", count: 1 },
      ],
    };
    const exit: ConsoleStep = { kind: "exit-code", code: 0, within: 1_000_000 };
    const { machine, script, print } = start([greet, never, exit, atMost(1e6)]);
    print("hi");
    machine.runTo(50_000);
    expect(script.hasFailed).toBe(false);
    script.powerOff(0);
    expect(script.isDone).toBe(true);
    expect(script.reports.map(({ state }) => state)).toEqual([
      ...["passed", "failed", "passed", "passed"],
    ]);
    expect(script.reports[1]?.sentence).toBe(
      "Expected wfi >= 1 since power-on, but there were 0 exits wfi.",
    );
  });

  test("is not reached where a step before it has failed", () => {
    const { machine, script } = start([greet, atMost(1e9)]);
    machine.runTo(2_000_000);
    expect(script.reports.map(({ state }) => state)).toEqual(["failed", "not-reached"]);
  });
});

describe("ConsoleScript", () => {
  test("waits for output, types, and stops the machine after the last step", () => {
    const { machine, script, print } = start(login);
    machine.runTo(50_000);
    print("Debian\r\nlogin: ");
    machine.runTo(70_000);
    expect(machine.typed).toEqual(["root\n"]);
    expect(script.current).toMatchObject({ index: 2, waitedFor: "output matching /# $/" });
    print("~ # ");
    machine.runTo(90_000);
    expect(script.isDone).toBe(true);
    expect(machine.isStopped).toBe(true);
    expect(script.reports.map((report) => report.state)).toEqual(["passed", "passed", "passed"]);
    expect(script.reports[0]?.atInstruction).toBe(60_000);
  });

  test("fails a step at its deadline, counted from the step before, and says what it waited for", () => {
    const { machine, script, print } = start(login);
    machine.runTo(500_000);
    print("login: ");
    machine.runTo(5_000_000);
    expect(script.hasFailed).toBe(true);
    expect(machine.isStopped).toBe(true);
    expect(script.reports[2]).toEqual({
      state: "failed",
      waitedFor: "output matching /# $/",
      atInstruction: 1_510_000,
      sentence: "Waited 1,000,000 instructions for output matching /# $/; it did not come.",
    });
  });

  test("counts output that comes in the last moment before a deadline", () => {
    const { machine, script, print } = start([
      { kind: "expect", pattern: "late", within: 100_000 },
      { kind: "expect", pattern: "later", within: 100_000 },
    ]);
    machine.runTo(109_000);
    print("late");
    machine.runTo(150_000);
    expect(script.current?.index).toBe(1);
    machine.runTo(1_000_000);
    expect(script.reports[1]?.sentence).toContain("Waited 100,000 instructions");
  });

  test("matches only what came after the last match", () => {
    const { machine, script, print } = start([
      { kind: "expect", pattern: "ok", within: 1_000_000 },
      { kind: "expect", pattern: "ok", within: 1_000_000 },
    ]);
    print("ok");
    machine.runTo(500_000);
    expect(script.current?.index).toBe(1);
    print("ok");
    machine.runTo(600_000);
    expect(script.hasFailed).toBe(false);
    expect(script.isDone).toBe(true);
  });

  test("takes the exit status as the last answer, right or wrong", () => {
    const steps: ConsoleStep[] = [
      { kind: "expect", pattern: "bye", within: 1_000_000 },
      { kind: "exit-code", code: 0, within: 1_000_000 },
    ];
    const right = start(steps);
    right.machine.runTo(20_000);
    right.print("bye\n");
    right.script.powerOff(0);
    expect(right.script.reports.map((report) => report.state)).toEqual(["passed", "passed"]);

    const wrong = start(steps);
    wrong.print("bye");
    wrong.machine.runTo(100_000);
    wrong.script.powerOff(3);
    expect(wrong.script.reports[1]?.sentence).toBe(
      "Expected exit status 0, but the guest powered off with 3.",
    );
  });

  test("explains an end that it did not bring about", () => {
    const { machine, script } = start(login);
    machine.runTo(20_000);
    script.end("the guest rebooted");
    expect(script.reports[0]?.sentence).toBe(
      "Waited for output matching /login: $/, but the guest rebooted.",
    );
    expect(script.reports[1]?.state).toBe("not-reached");
  });

  test("reads and types UTF-8, and survives bytes that are none", () => {
    const { machine, script, print } = start([
      { kind: "expect", pattern: "^größe: \\d+ €$", within: 1_000_000 },
      { kind: "send", text: "schön 😀\n" },
    ]);
    for (const byte of [0xff, 0xc3, 0x0a, 0xed, 0xa0, 0x80, 0x0a]) {
      script.write(byte);
    }
    print("größe: 7 €");
    machine.runTo(100_000);
    expect(machine.typed).toEqual(["schön 😀\n"]);
  });

  test("goes on from its saved state as if it had never been saved", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: "grapheme", maxLength: 12 })),
        fc.nat(),
        (texts, at) => {
          const steps: ConsoleStep[] = [
            { kind: "expect", pattern: "[a-m]", within: 60_000 },
            { kind: "send", text: "x" },
            { kind: "expect", pattern: "[n-z]", within: 60_000 },
          ];
          const plain = start(steps);
          const bytes = texts.flatMap((text) => [...new TextEncoder().encode(text)]);
          const cut = bytes.length === 0 ? 0 : at % bytes.length;
          let saved = new ConsoleScript(steps);
          for (const [index, byte] of bytes.entries()) {
            plain.script.write(byte);
            if (index === cut) {
              saved = new ConsoleScript(steps, structuredClone(saved.save()));
            }
            saved.write(byte);
          }
          plain.script.end("it was switched off");
          saved.end("it was switched off");
          expect(saved.recentOutput).toBe(plain.script.recentOutput);
          expect(saved.reports.map((report) => report.state)).toEqual(
            plain.script.reports.map((report) => report.state),
          );
        },
      ),
    );
  });

  test("never throws, whatever a guest prints", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 })), (chunks) => {
        const { machine, script } = start(login);
        for (const [index, chunk] of chunks.entries()) {
          for (const byte of chunk) {
            script.write(byte);
          }
          machine.runTo(index * 30_000);
        }
        script.powerOff(1);
        expect(script.isDone).toBe(true);
      }),
    );
  });

  test("keeps a bounded tail of a guest that prints without end", () => {
    const { machine, script, print } = start([
      { kind: "expect", pattern: "never", within: 50_000_000_000 },
    ]);
    for (let index = 0; index < 40; index += 1) {
      print("0123456789abcdef".repeat(512));
      machine.runTo(index * 1_000_000);
    }
    expect(script.recentOutput.length).toBe(4096);
    expect(script.save().unmatched.length).toBeLessThanOrEqual(128 * 1024);
  });
});
