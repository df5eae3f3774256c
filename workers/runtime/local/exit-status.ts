import type { Ending } from "./ending.ts";

/**
 * The process' exit status: QEMU's where QEMU has the ending, else a number that a shell script can
 * tell from the small codes of guests. 124 is what `timeout` uses.
 */
export function exitStatus(ending: Ending): number {
  switch (ending.kind) {
    case "power-off":
      return ending.code & 0xff;
    case "reboot":
    case "reset":
    case "monitor-quit":
    case "script-done":
    case "quit":
    case "signal":
      return 0;
    case "instructions-used-up":
      return 124;
    case "asleep-for-good":
    case "lost":
      return 125;
    case "output-closed":
      // What a shell shows for a writer that died of SIGPIPE.
      return 141;
  }
}
