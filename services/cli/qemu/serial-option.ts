import { UsageFailure } from "../usage-failure.ts";
import type { Draft } from "./draft.ts";
import { parseChoice } from "./parse-choice.ts";
import { parseSerialEnd } from "./stream-option.ts";

const wirings = {
  "mon:stdio": "escapes",
  stdio: "signals",
  none: "none",
  null: "none",
} as const;

/** `-serial mon:stdio|stdio|none|null|file:|pipe:|unix:|tcp:|chardev:`: the one serial port. */
export function readSerial(draft: Draft, text: string): void {
  if (draft.console !== undefined) {
    throw new UsageFailure("serial-twice", "the machine has one serial port", "give -serial once");
  }
  draft.console = parseSerial(draft, text);
}

function parseSerial(draft: Draft, text: string): NonNullable<Draft["console"]> {
  if (text === "pty") {
    throw new UsageFailure(
      "serial-unsupported",
      "pseudo terminals need system calls that this runtime does not offer",
      "write -serial unix:PATH,server=on,wait=off and connect with socat",
    );
  }
  const [, id] = /^(?:mon:)?chardev:(.+)$/s.exec(text) ?? [];
  if (id !== undefined) return streamOf(draft, id);
  const end = parseSerialEnd(text.replace(/^mon:(?!stdio$)/, ""));
  if (end !== undefined) return end;
  const words = Object.keys(wirings) as (keyof typeof wirings)[];
  return wirings[parseChoice("serial device", words, text)];
}

function streamOf({ streams }: Draft, id: string): NonNullable<Draft["console"]> {
  const stream = streams.get(id);
  if (stream === undefined) {
    throw new UsageFailure(
      "chardev-missing",
      `there is no character device '${id}' yet`,
      `define it before with -chardev BACKEND,id=${id}`,
    );
  }
  return stream === "stdio" ? "escapes" : stream;
}
