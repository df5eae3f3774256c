import { UsageFailure } from "../usage-failure.ts";
import type { Draft } from "./draft.ts";
import { parseChoice } from "./parse-choice.ts";

const wirings = {
  "mon:stdio": "escapes",
  stdio: "signals",
  none: "none",
  null: "none",
} as const;

/** `-serial mon:stdio|stdio|none|null`: the machine has one serial port. */
export function readSerial(draft: Draft, text: string): void {
  const words = Object.keys(wirings) as (keyof typeof wirings)[];
  const wiring = wirings[parseChoice("serial device", words, text)];
  if (draft.console !== undefined) {
    throw new UsageFailure("serial-twice", "the machine has one serial port", "give -serial once");
  }
  draft.console = wiring;
}
