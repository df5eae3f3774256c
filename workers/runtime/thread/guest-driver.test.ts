import { describe, expect, test } from "vitest";
import {
  type Alarm,
  type ConsoleStep,
  Failure,
  type Machine,
  type MachineConfig,
  type StopReason,
  type Timers,
  TranslationTrap,
} from "../../vmm/mod.ts";
import { GuestDriver } from "./guest-driver.ts";
import { TemplateShelf } from "./template-shelf.ts";
import {
  type RunMessage,
  type RunReport,
  type ThreadStart,
  threadControl,
} from "./thread-protocol.ts";

/**
 * A machine that obeys `Machine` and does as its plan says: one entry for each call of `run`, the
 * last one for ever. Each call retires all that it may and then lets the alarms fire.
 */
class PlannedMachine implements Machine {
  retired = 0;
  get steps(): number {
    return this.retired;
  }
  #next = 0;
  readonly #plan: readonly (() => StopReason)[];
  readonly #alarms: { deadline: number | undefined; fire: (now: number) => void }[] = [];

  constructor(plan: readonly (() => StopReason)[]) {
    this.#plan = plan;
  }

  get debug(): Machine["debug"] {
    throw new Error("nobody debugs a graded run");
  }

  get ram(): Machine["ram"] {
    return this.save();
  }

  save(): never {
    throw new Error("nobody saves a planned machine");
  }

  fork(): never {
    return this.save();
  }

  pause(): void {}

  takeExitTimes(): never {
    throw new Error("nobody times a planned machine");
  }

  readonly timers: Timers = {
    now: () => this.retired,
    alarm: (_name, fire): Alarm => {
      const entry: { deadline: number | undefined; fire: (now: number) => void } = {
        deadline: undefined,
        fire,
      };
      this.#alarms.push(entry);
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

  run(instructions: number): StopReason {
    const act = this.#plan[Math.min(this.#next, this.#plan.length - 1)];
    this.#next += 1;
    const reason = act?.() ?? { kind: "budget" };
    this.retired += instructions;
    for (const alarm of this.#alarms) {
      if (alarm.deadline !== undefined && alarm.deadline <= this.retired) {
        alarm.deadline = undefined;
        alarm.fire(this.retired);
      }
    }
    return reason;
  }

  stop(): void {}
  sendConsole(): void {}
  exitCounts = () => ({}) as ReturnType<Machine["exitCounts"]>;
  exitParts = () => ({});
  stateHash = () => "0".repeat(64);
  residentBytes = () => 0;
  dispose(): void {}
}

const go = (): StopReason => ({ kind: "budget" });
const hello: ConsoleStep = { kind: "expect", pattern: "hello", within: 50_000_000 };
const exit: ConsoleStep = { kind: "exit-code", code: 0, within: 50_000_000 };

function drive(
  plan: (print: (text: string) => void) => readonly (() => StopReason)[],
  options: {
    readonly steps?: readonly ConsoleStep[];
    readonly control?: number;
    /** Of what has to do with kept translations. */
    readonly codeFailure?: Error;
    readonly failure?: Error;
    readonly instructions?: number;
    readonly wallClock?: number;
    readonly code?: Pick<ThreadStart, "keptCode" | "keepsCode">;
  } = {},
) {
  const messages: RunMessage[] = [];
  const control = new SharedArrayBuffer(4);
  new Int32Array(control)[0] = options.control ?? threadControl.goOn;
  let clock = 0;
  const driver = new GuestDriver(
    {
      control,
      config: { boot: { firmware: "sbi" } } as MachineConfig,
      disks: [],
      ...options.code,
      steps: options.steps ?? [hello, exit],
      limits: {
        instructions: options.instructions ?? 1e9,
        memoryBytes: 2 ** 20,
        outputBytes: 20,
        wallClock: options.wallClock ?? 1e9,
      },
    },
    {
      run: 1,
      wake: () => undefined,
      shelf: new TemplateShelf(
        () => undefined,
        () => undefined,
      ),
      monitor: {
        beginKeeping: () => undefined,
        useKeptCode: () => {
          throw options.codeFailure ?? new Failure("kept-code-damaged", "Damaged.", "Delete it.");
        },
        keepCode: () => {
          if (options.codeFailure) throw options.codeFailure;
          return Uint8Array.of(7);
        },
        createMachine: (_config, { console }) => {
          if (options.failure !== undefined) {
            throw options.failure;
          }
          return new PlannedMachine(
            plan((text) => {
              for (const byte of new TextEncoder().encode(text)) {
                console.write(byte);
              }
            }),
          );
        },
        restoreMachine: () => {
          throw new Error("nothing was saved");
        },
        stageMachine: () => {
          throw new Error("nothing comes from elsewhere");
        },
      },
      openDisk: () => {
        throw new Error("no disks here");
      },
      post: (message) => messages.push(message),
      now: () => {
        clock += 100;
        return clock;
      },
    },
  );
  while (driver.advance(100) === "more");
  const last = messages.at(-1);
  const report: RunReport | undefined = last?.type === "end" ? last.report : undefined;
  return { messages, last, report };
}

const states = (report: RunReport | undefined) => report?.steps.map((step) => step.state);

describe("a guest's driver", () => {
  test("reports console, steps and progress while it runs, and the end last", () => {
    const { messages, report } = drive((print) => [
      () => {
        print("hello\n");
        return go();
      },
      () => ({ kind: "power-off", code: 0 }),
    ]);
    expect(messages.map((message) => message.type)).toEqual([
      "console",
      "step",
      "progress",
      "progress",
      "step",
      "progress",
      "end",
    ]);
    expect(report).toMatchObject({ end: { kind: "completed" }, consoleBytes: 6 });
    expect(states(report)).toEqual(["passed", "passed"]);
  });

  test.each([
    [
      "sleeps for ever",
      () => [(): StopReason => ({ kind: "idle" })],
      "hung",
      "is left that could wake it",
    ],
    ["reboots", () => [(): StopReason => ({ kind: "reboot" })], "reboot", "asked for a reboot"],
    [
      "powers off too early",
      () => [(): StopReason => ({ kind: "power-off", code: 3 })],
      "power-off",
      "powered off with exit status 3",
    ],
  ] as const)("ends a guest that %s with its reason", (_case, plan, kind, words) => {
    const { report } = drive(plan);
    expect(report?.end.kind).toBe(kind);
    expect(states(report)).toEqual(["failed", "not-reached"]);
    expect(report?.steps[0]?.sentence).toContain(words);
  });

  test("fails the step whose deadline has passed", () => {
    expect(drive(() => [go]).report).toMatchObject({ end: { kind: "step-failed" } });
  });

  test("stops at the limits of instructions, output and memory", () => {
    expect(drive(() => [go], { instructions: 5_000_000 }).report).toMatchObject({
      end: { kind: "instruction-limit" },
      instructions: 5_000_000,
    });
    const flood = drive((print) => [
      () => {
        print("x".repeat(30));
        return go();
      },
    ]);
    expect(flood.report?.end.kind).toBe("output-limit");
    expect(flood.messages[0]).toMatchObject({ type: "console", bytes: { length: 20 } });
    const greedy = drive(() => [
      () => {
        throw new Failure("guest-memory-exhausted", "no more", "none");
      },
    ]);
    expect(greedy.report?.end.kind).toBe("memory-limit");
  });

  test("stops when the control word says so, and then has no state hash", () => {
    const { report } = drive(() => [go], { control: threadControl.stop });
    expect(report?.end.kind).toBe("wall-clock");
    expect(report?.stateHash).toBeUndefined();
  });

  test("stops a guest that has had its thread for as long as it may", () => {
    const { report } = drive(() => [go], { wallClock: 1000, steps: [{ ...hello, within: 1e12 }] });
    expect(report?.end.kind).toBe("wall-clock");
    expect(report?.stateHash).toBeUndefined();
  });

  test("tells what cannot be started from a fault of the monitor", () => {
    const failure = new Failure("elf-truncated", "Too short.", "Link it again.");
    expect(drive(() => [go], { failure }).report?.end).toEqual({
      kind: "bad-image",
      message: "Too short.",
      hint: "Link it again.",
    });
    // The neighbours have it: that is nobody's bad image.
    const full = new Failure("machine-memory-full", "No frame left.", "Run fewer VMs.");
    expect(drive(() => [go], { failure: full }).last?.type).toBe("fault");
    expect(drive(() => [go], { failure: new Error("defect") }).last).toMatchObject({
      type: "fault",
      message: "defect",
    });
  });

  test("goes on without translations that are damaged, and leaves its own behind", () => {
    const plan = (print: (text: string) => void) => [
      () => {
        print("hello\n");
        return go();
      },
      (): StopReason => ({ kind: "power-off", code: 0 }),
    ];
    const { messages } = drive(plan, {
      code: { keptCode: Uint8Array.of(1), keepsCode: true },
    });
    expect(messages.slice(-2)).toMatchObject([
      { type: "code", bytes: Uint8Array.of(7) },
      { type: "end", report: { end: { kind: "completed" } } },
    ]);
  });

  test("comes to its end where the host has no memory for translations that are kept", () => {
    const { messages } = drive(() => [(): StopReason => ({ kind: "power-off", code: 0 })], {
      code: { keptCode: Uint8Array.of(1), keepsCode: true },
      codeFailure: new RangeError("Array buffer allocation failed"),
    });
    expect(messages.at(-1)?.type).toBe("end");
    expect(messages.some(({ type }) => type === "code" || type === "fault")).toBe(false);
  });

  test("whose translated code fails is to be done again, and is nobody's fault", () => {
    const { last } = drive(() => [
      go,
      () => {
        throw new TranslationTrap(new Error("unreachable"));
      },
    ]);
    expect(last).toEqual({
      type: "translation-trap",
      message: "the machine's translated code has failed on this host (unreachable)",
    });
  });
});
