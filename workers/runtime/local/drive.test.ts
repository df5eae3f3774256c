import { describe, expect, test } from "vitest";
import { ConsoleBuffer } from "../../host/console-buffer.ts";
import type { Machine, StopReason } from "../../vmm/mod.ts";
import { RunControl } from "../debug/run-control.ts";
import { drive, type Wires } from "./drive.ts";

/** A machine that plays back what `run` answers and remembers what it was given. */
class PlayedMachine {
  readonly runs: number[] = [];
  readonly typed: string[] = [];
  readonly answers: (StopReason | ((machine: PlayedMachine) => StopReason))[];
  retired = 0;
  steps = 0;
  now = 0;

  constructor(answers: PlayedMachine["answers"]) {
    this.answers = answers;
  }

  readonly timers = { now: () => this.now };

  run(instructions: number): StopReason {
    this.runs.push(instructions);
    const answer = this.answers.shift();
    if (answer === undefined) {
      throw new Error("run was called after the last answer");
    }
    const reason = typeof answer === "function" ? answer(this) : answer;
    this.retired += reason.kind === "budget" ? instructions : 0;
    this.steps += reason.kind === "budget" ? instructions : 0;
    return reason;
  }

  sendConsole(bytes: Uint8Array): void {
    this.typed.push(new TextDecoder().decode(bytes));
  }

  asMachine(): Machine {
    return this as unknown as Machine;
  }
}

class PlayedWires implements Wires {
  readonly shown: string[] = [];
  readonly waits: (number | undefined)[] = [];
  endRequest: Wires["endRequest"];
  isInputEnded = false;
  input: string[] = [];

  takeInput(): Uint8Array | undefined {
    const text = this.input.shift();
    return text === undefined ? undefined : new TextEncoder().encode(text);
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.shown.push(new TextDecoder().decode(bytes));
  }

  async wait(milliseconds?: number): Promise<void> {
    this.waits.push(milliseconds);
  }
}

const budget: StopReason = { kind: "budget" };
const off: StopReason = { kind: "power-off", code: 7 };

function play(
  answers: PlayedMachine["answers"],
  wires = new PlayedWires(),
  limit = Number.POSITIVE_INFINITY,
  output = new ConsoleBuffer(),
  control = new RunControl(false),
) {
  const machine = new PlayedMachine(answers);
  const limits = { instructions: limit, endsWhenLost: limit === Number.POSITIVE_INFINITY };
  const ending = drive(machine.asMachine(), wires, output, limits, control);
  return { machine, wires, control, ending };
}

describe("drive", () => {
  test("runs on until the guest powers off", async () => {
    const { machine, ending } = play([budget, budget, off]);
    expect(await ending).toEqual(off);
    expect(machine.runs).toHaveLength(3);
  });

  test("shows the output of a slice before it waits, and the last output before it returns", async () => {
    const wires = new PlayedWires();
    const output = new ConsoleBuffer();
    const print = (text: string, reason: StopReason) => () => {
      for (const byte of new TextEncoder().encode(text)) {
        output.write(byte);
      }
      return reason;
    };
    const answers = [print("$ ", { kind: "idle" }), print("bye", off)];
    await play(answers, wires, Number.POSITIVE_INFINITY, output).ending;
    expect(wires.shown).toEqual(["$ ", "bye"]);
    expect(wires.waits).toEqual([undefined]);
  });

  test("gives the guest what was typed before it runs again", async () => {
    const wires = new PlayedWires();
    wires.input = ["ls\n"];
    const { machine, ending } = play([budget, off], wires);
    await ending;
    expect(machine.typed).toEqual(["ls\n"]);
  });

  test("sleeps for as long as an idle machine in host time allows", async () => {
    const wires = new PlayedWires();
    const sleep = (machine: PlayedMachine): StopReason => {
      machine.now = 1_000_000;
      return { kind: "idle", wakeAt: 5_500_000 };
    };
    await play([sleep, off], wires).ending;
    expect(wires.waits).toEqual([4.5]);
  });

  test("an idle machine is waited for while input can come, and given up when none can", async () => {
    const open = play([{ kind: "idle" }, off]);
    expect(await open.ending).toEqual(off);

    const closed = new PlayedWires();
    closed.isInputEnded = true;
    expect(await play([{ kind: "idle" }], closed).ending).toEqual({ kind: "asleep-for-good" });
  });

  test("the end of input does not end a machine that has something to do", async () => {
    const closed = new PlayedWires();
    closed.isInputEnded = true;
    const answers = [budget, { kind: "idle", wakeAt: 5 } as const, off];
    expect(await play(answers, closed).ending).toEqual(off);
  });

  test("instructions that trap count, too, so that a guest in a trap loop reaches its limit", async () => {
    const trap = (machine: PlayedMachine): StopReason => {
      machine.retired -= machine.runs.at(-1) ?? 0;
      return budget;
    };
    const { machine, ending } = play([trap, trap], new PlayedWires(), 1_500_000);
    expect(await ending).toEqual({ kind: "instructions-used-up" });
    expect(machine).toMatchObject({ retired: 0, runs: [1_000_000, 500_000] });
  });

  test("a guest that does nothing but trap is given up, unless a limit is set", async () => {
    const trap = (machine: PlayedMachine): StopReason => {
      machine.retired -= machine.runs.at(-1) ?? 0;
      return budget;
    };
    const { ending } = play(Array.from({ length: 12 }, () => trap));
    expect(await ending).toEqual({ kind: "lost" });
  });

  test("retires exactly the instructions that it may, then says so", async () => {
    const { machine, ending } = play([budget, budget, budget], new PlayedWires(), 1_500_000);
    expect(await ending).toEqual({ kind: "instructions-used-up" });
    expect(machine.retired).toBe(1_500_000);
  });

  test("a request to end is seen between two slices", async () => {
    const wires = new PlayedWires();
    const quit = () => {
      wires.endRequest = { kind: "quit" };
      return budget;
    };
    // The second slice is twice as long as the first, and executed in two pieces.
    expect(await play([budget, quit, budget], wires).ending).toEqual({ kind: "quit" });
  });

  test("a monitor resets the machine, also one that is paused", async () => {
    const control = new RunControl(true);
    control.reset();
    expect(await play([], undefined, undefined, undefined, control).ending).toEqual({
      kind: "reset",
    });
  });

  test("a second console is fed before a slice and shown after it, and keeps the run alive", async () => {
    const seen: string[] = [];
    const machine = new PlayedMachine([{ kind: "idle" }, off]);
    const second = {
      isInputEnded: false,
      feed: () => void seen.push("feed"),
      show: async () => void seen.push("show"),
    };
    const limits = { instructions: Number.POSITIVE_INFINITY, endsWhenLost: true };
    const wires = new PlayedWires();
    wires.isInputEnded = true;
    const ending = await drive(
      machine.asMachine(),
      wires,
      new ConsoleBuffer(),
      limits,
      new RunControl(false),
      undefined,
      second,
    );
    expect(ending).toEqual(off);
    expect(seen).toEqual(["feed", "show", "feed", "show"]);
  });
});
