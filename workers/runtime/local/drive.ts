import type { ConsoleBuffer } from "../../host/console-buffer.ts";
import type { Terminal } from "../../host/console-terminal.ts";
import { turn } from "../../host/turn.ts";
import type { Instructions, Machine, Nanoseconds } from "../../vmm/mod.ts";
import type { Ending } from "./ending.ts";
import { Pace } from "./pace.ts";

/** What `drive` needs of a terminal. */
export type Wires = Pick<Terminal, "endRequest" | "isInputEnded" | "takeInput" | "write" | "wait">;

/**
 * Runs a machine to its end, slice by slice, and carries the console both ways in between.
 *
 * @param budget the most instructions that this machine may retire from now on
 */
export async function drive(
  machine: Machine,
  wires: Wires,
  output: ConsoleBuffer,
  budget: Instructions,
): Promise<Ending> {
  const end = machine.retired + budget;
  const pace = new Pace();
  for (;;) {
    if (wires.endRequest !== undefined) {
      return wires.endRequest;
    }
    const left = end - machine.retired;
    if (left <= 0) {
      return { kind: "instructions-used-up" };
    }
    const input = wires.takeInput();
    if (input !== undefined) {
      machine.sendConsole(input);
    }
    const slice = Math.min(pace.slice, left);
    const began = performance.now();
    const reason = machine.run(slice);
    const took = performance.now() - began;
    await wires.write(output.take());
    switch (reason.kind) {
      case "power-off":
      case "reboot":
        return reason;
      case "stopped":
        return { kind: "script-done" };
      case "budget":
        if (slice === pace.slice) {
          pace.learn(slice, took);
        }
        await turn();
        break;
      case "idle":
        if (reason.wakeAt === undefined && wires.isInputEnded) {
          return { kind: "asleep-for-good" };
        }
        await wires.wait(millisecondsUntil(reason.wakeAt, machine.timers.now()));
        break;
    }
  }
}

function millisecondsUntil(wakeAt: Nanoseconds | undefined, now: Nanoseconds): number | undefined {
  return wakeAt === undefined ? undefined : Math.max(0, (wakeAt - now) / 1e6);
}
