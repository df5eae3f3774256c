import { UsageFailure } from "../usage-failure.ts";
import type { Draft } from "./draft.ts";
import { fixedProperty, hostProperty, type Property, readProperties } from "./property-list.ts";

const rtcProperties: readonly Property<Draft>[] = [
  fixedProperty("base", ["utc"], "the clock shows UTC from a date that is the same in every run"),
  hostProperty("clock", ["vm", "host", "rt"]),
  fixedProperty("driftfix", ["none"], "there is no drift to fix"),
];

/** `-rtc base=utc,clock=vm`. */
export function readRtc(draft: Draft, text: string): void {
  if (text === "") {
    throw new UsageFailure("rtc-empty", "-rtc needs a property", "write -rtc base=utc");
  }
  readProperties("-rtc", text, rtcProperties, draft);
}
