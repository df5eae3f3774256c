/**
 * The places at which a migration can be struck, by name. Whoever says that migrations survive faults
 * strikes at each of them, and fails when one is never passed.
 */
import type { Message, MessageKind, PagesPurpose } from "./protocol.ts";

type Side = "source" | "destination";
/** A frame of one side is about to leave; or a side is about to ask the authority. */
export type FaultPoint =
  | `${Side}:${Exclude<MessageKind, "pages">}`
  | `source:pages-${PagesPurpose}`
  | `${Side}:claim`;

/** In the order of a migration. An `abort` may come from either side at any time. */
export const faultPoints = [
  "source:hello",
  "destination:welcome",
  "source:pages-precopy",
  "source:round",
  "destination:received",
  "source:part",
  "source:pages-stopped",
  "source:handover",
  "destination:ready",
  "source:go",
  "destination:claim",
  "destination:running",
  "destination:demand",
  "source:pages-postcopy",
  "destination:complete",
  "source:claim",
  "source:abort",
  "destination:abort",
] as const satisfies readonly FaultPoint[];

/** Those at which a frame leaves. */
export function faultPointOf(side: Side, message: Message): FaultPoint {
  if (message.kind === "pages") return `source:pages-${message.purpose}`;
  return `${side}:${message.kind}`;
}
