import { expect, test } from "vitest";
import type { Ending } from "./ending.ts";
import { exitStatus } from "./exit-status.ts";

test.each<[Ending, number]>([
  [{ kind: "power-off", code: 0 }, 0],
  [{ kind: "power-off", code: 7 }, 7],
  [{ kind: "power-off", code: 0x100 }, 0],
  [{ kind: "reboot" }, 0],
  [{ kind: "reset" }, 0],
  [{ kind: "quit" }, 0],
  [{ kind: "monitor-quit", by: "qmp" }, 0],
  [{ kind: "signal", signal: "SIGTERM" }, 0],
  [{ kind: "instructions-used-up" }, 124],
  [{ kind: "asleep-for-good" }, 125],
  [{ kind: "output-closed" }, 141],
])("an ending by %o gives the exit status %i", (ending, status) => {
  expect(exitStatus(ending)).toBe(status);
});
