import { setTimeout as sleep } from "node:timers/promises";
import { residentMebibytes } from "./resident-mebibytes.ts";

/** V8 gives pages of its heap that have become empty back after 8 s, when the event loop turns. */
const rest = 9000;

/**
 * What this process occupies when it has had nothing to do for a while: what it keeps, without the pages
 * that V8 has ready for the next objects.
 */
export async function residentAtRest(): Promise<number> {
  await residentMebibytes();
  await sleep(rest);
  return residentMebibytes();
}
