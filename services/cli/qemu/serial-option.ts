import { UsageFailure } from "../usage-failure.ts";
import type { Draft } from "./draft.ts";
import { parseStreamUse } from "./stream-option.ts";

/** `-serial mon:stdio|stdio|none|pty|file:|pipe:|unix:|tcp:|chardev:`: the one serial port. */
export function readSerial(draft: Draft, text: string): void {
  if (draft.console !== undefined) {
    throw new UsageFailure("serial-twice", "the machine has one serial port", "give -serial once");
  }
  draft.console = parseStreamUse("serial device", text);
}
