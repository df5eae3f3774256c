import type { DebugReason } from "../../../shared/protocol/debug-report.ts";
import type { PauseReason } from "../../../workers/runtime/debug/run-control.ts";

/** Why a run of a service stands still, in the terms of a local one. */
export function pauseReasonOf(why: DebugReason, hart: number): PauseReason {
  switch (why.kind) {
    case "asked":
    case "held":
      return { kind: "asked" };
    case "stepped":
      return { kind: "stepped", hart };
    case "breakpoint":
      return { kind: "debug", hart };
    case "watchpoint": {
      const watchpoint = { kind: why.access, address: BigInt(`0x${why.address}`) };
      return { kind: "debug", hart, watchpoint };
    }
  }
}
