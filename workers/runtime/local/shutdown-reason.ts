import type { RunEvent } from "../debug/run-event.ts";
import type { Ending } from "./ending.ts";

/** How an ending is told to those who manage the run, in QEMU's words. */
export function shutdownReason(
  ending: Ending,
): Pick<RunEvent & { kind: "shutdown" }, "isByGuest" | "reason"> {
  switch (ending.kind) {
    case "power-off":
      return { isByGuest: true, reason: "guest-shutdown" };
    case "reboot":
      return { isByGuest: true, reason: "guest-reset" };
    case "reset":
      return { isByGuest: false, reason: "host-qmp-system-reset" };
    case "monitor-quit":
      return { isByGuest: false, reason: "host-qmp-quit" };
    case "quit":
      return { isByGuest: false, reason: "host-ui" };
    case "signal":
      return { isByGuest: false, reason: "host-signal" };
    case "script-done":
    case "instructions-used-up":
    case "asleep-for-good":
    case "lost":
    case "output-closed":
      return { isByGuest: false, reason: "host-error" };
  }
}
