import type { ConsoleBuffer } from "../../host/console-buffer.ts";
import type { Terminal } from "../../host/console-terminal.ts";
import { turn } from "../../host/turn.ts";
import type { Instructions, Machine, Nanoseconds, StopReason } from "../../vmm/mod.ts";
import type { RunControl } from "../debug/run-control.ts";
import type { Ending } from "./ending.ts";
import { Pace } from "./pace.ts";

/** What `drive` needs of a terminal. */
export type Wires = Pick<Terminal, "endRequest" | "isInputEnded" | "takeInput" | "write" | "wait">;

/** A console beside the serial port, with a far end of its own. */
export interface SecondConsole {
  /** Whether no more input can ever come. */
  readonly isInputEnded: boolean;
  /** Gives the machine what has been typed. */
  feed(machine: Machine): void;
  /** Brings what the guest has printed to the far end. */
  show(): Promise<void>;
}

/** When to end a run that the guest does not end. */
export interface DriveLimits {
  /** The most instructions that this machine may execute from now on, trapping ones included. */
  readonly instructions: Instructions;
  /** Whether to give up a guest that does nothing but trap: every instruction faults. */
  readonly endsWhenLost: boolean;
}

/** Runs a machine for so many instructions at most; `machine.run` unless somebody traces. */
export type RunSlice = (machine: Machine, instructions: Instructions) => StopReason;

/** A guest that executes so many instructions and retires none will never retire one. */
const lostAfter: Instructions = 5_000_000;

/** Slices are executed in pieces, after each of which the clock is looked at. */
const piece: Instructions = 1_000_000;
/** Milliseconds after which a slice ends, whatever is left of it. */
const longestSlice = 25;

/** Runs a machine to its end, slice by slice, and carries the console both ways in between. */
export async function drive(
  machine: Machine,
  wires: Wires,
  output: ConsoleBuffer,
  limits: DriveLimits,
  control: RunControl,
  run: RunSlice = (subject, instructions) => subject.run(instructions),
  second?: SecondConsole,
): Promise<Ending> {
  let left = limits.instructions;
  let fruitless = 0;
  const pace = new Pace();
  for (;;) {
    if (wires.endRequest !== undefined) {
      return wires.endRequest;
    }
    if (left <= 0) {
      return { kind: "instructions-used-up" };
    }
    const input = wires.takeInput();
    if (input !== undefined) {
      machine.sendConsole(input);
    }
    second?.feed(machine);
    if (control.quitAsked !== undefined) {
      return { kind: "monitor-quit", by: control.quitAsked };
    }
    if (control.takeReset()) {
      return { kind: "reset" };
    }
    if (control.isPaused) {
      control.account.spendOn("paused");
      await wires.wait();
      control.account.spendOn("driver");
      continue;
    }
    const slice = Math.min(pace.slice, left);
    const { retired: retiredBefore, steps: stepsBefore } = machine;
    control.account.spendOn("running");
    const began = performance.now();
    let reason = run(machine, Math.min(piece, slice));
    // A guest may become a hundred times slower from one moment to the next, and is answered still.
    while (reason.kind === "budget" && performance.now() - began < longestSlice) {
      const rest = slice - (machine.steps - stepsBefore);
      if (rest <= 0) break;
      reason = run(machine, Math.min(piece, rest));
    }
    const took = performance.now() - began;
    control.account.spendOn("driver");
    const retired = machine.retired - retiredBefore;
    const steps = machine.steps - stepsBefore;
    // A trap retires nothing but is something done.
    left -= reason.kind === "budget" ? steps : retired;
    await wires.write(output.take());
    await second?.show();
    switch (reason.kind) {
      case "power-off":
      case "reboot":
        return reason;
      case "stopped":
        return { kind: "script-done" };
      case "debug":
        control.pause(reason);
        break;
      case "budget":
        if (slice === pace.slice) pace.learn(steps, took);
        fruitless = retired === 0 ? fruitless + steps : 0;
        if (limits.endsWhenLost && fruitless >= lostAfter) {
          return { kind: "lost" };
        }
        await turn();
        break;
      case "idle":
        if (
          reason.wakeAt === undefined &&
          wires.isInputEnded &&
          second?.isInputEnded !== false &&
          !control.isAttended
        ) {
          return { kind: "asleep-for-good" };
        }
        control.account.spendOn("idle");
        await wires.wait(millisecondsUntil(reason.wakeAt, machine.timers.now()));
        control.account.spendOn("driver");
        break;
    }
  }
}

function millisecondsUntil(wakeAt: Nanoseconds | undefined, now: Nanoseconds): number | undefined {
  return wakeAt === undefined ? undefined : Math.max(0, (wakeAt - now) / 1e6);
}
