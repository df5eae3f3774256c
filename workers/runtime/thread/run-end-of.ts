import type { RunEnd } from "../../../shared/schema/run-end.ts";
import type { Instructions, Milliseconds, StopReason } from "../../vmm/mod.ts";
import type { GuestVoice } from "./guest-voice.ts";
import type { ThreadLimits } from "./thread-protocol.ts";

/** Why a slice of a guest is over. */
export type SliceEnd = StopReason | { readonly kind: "memory-exhausted" };

export interface SliceCircumstances {
  readonly voice: GuestVoice;
  readonly limits: ThreadLimits;
  /** Of the machine, since power-on. */
  readonly steps: Instructions;
  /** What the guest has had of its thread. */
  readonly used: Milliseconds;
  /** Nobody wants it to go on. */
  readonly isStopped: boolean;
}

/** How the run ends with this slice; tells its script. @returns undefined where it goes on */
export function runEndOf(
  reason: SliceEnd,
  { voice, limits, steps, used, isStopped }: SliceCircumstances,
): RunEnd | undefined {
  const { script } = voice;
  /** The last output may have answered the last step. */
  const completedOr = (end: RunEnd): RunEnd =>
    script.isDone && !script.hasFailed ? { kind: "completed" } : end;
  const cutOff = (kind: CutOff, why: string): RunEnd => {
    script.end(why);
    return completedOr({ kind });
  };
  if (script.hasFailed) return { kind: "step-failed" };
  if (voice.isFlood) {
    return cutOff("output-limit", `the guest printed more than ${count(limits.outputBytes)} bytes`);
  }
  switch (reason.kind) {
    case "power-off":
      script.powerOff(reason.code);
      return completedOr({ kind: "power-off", code: reason.code });
    case "reboot":
      script.end("the guest asked for a reboot");
      return completedOr({ kind: "reboot" });
    case "idle":
      if (reason.wakeAt !== undefined) break;
      return cutOff("hung", "the guest sleeps and nothing is left that could wake it");
    case "memory-exhausted": {
      const most = `the guest took more than ${count(limits.memoryBytes)} bytes of memory`;
      return cutOff("memory-limit", most);
    }
    case "absent":
    case "stopped":
    case "budget":
      break;
  }
  if (script.isDone) return { kind: "completed" };
  if (steps >= limits.instructions) {
    const most = `the run reached its limit of ${count(limits.instructions)} instructions`;
    return cutOff("instruction-limit", most);
  }
  if (isStopped || used > limits.wallClock) {
    return cutOff("wall-clock", "the run took too long on the grading machine");
  }
  return undefined;
}

type CutOff = "hung" | "instruction-limit" | "output-limit" | "memory-limit" | "wall-clock";

const count = (value: number) => value.toLocaleString("en");
