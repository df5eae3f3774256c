import type { Ending } from "./ending.ts";

/** Why the run ended, as a clause for messages; undefined where the guest powered off by itself. */
export function endingClause(ending: Ending): string | undefined {
  switch (ending.kind) {
    case "power-off":
    case "script-done":
      return undefined;
    case "reboot":
      return "the guest rebooted";
    case "reset":
      return "a monitor reset the machine";
    case "monitor-quit":
      return "the run was ended by the monitor's quit";
    case "quit":
      return "the run was ended with Ctrl-A X";
    case "signal":
      return `the run was ended by ${ending.signal}`;
    case "output-closed":
      return "nobody reads standard output any more";
    case "instructions-used-up":
      return "the instructions of --max-instructions are used up";
    case "lost":
      return "the guest is lost: every instruction traps, and there is no code at its trap vector";
    case "asleep-for-good":
      return "the guest waits for an interrupt, and no timer, device or input can send one";
  }
}
