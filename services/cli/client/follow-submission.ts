import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { type RunEvent, runEventSchema } from "../../../shared/protocol/run-event.ts";
import { UsageFailure } from "../usage-failure.ts";
import type { ApiClient } from "./api-client.ts";
import { readEvents } from "./read-events.ts";

/** An event of a run, or the place in the queue. */
export type FollowedEvent = RunEvent | { readonly type: "queue"; readonly position: number };

const queueSchema = z.object({ position: z.int() });
const mostRetries = 30;
/** Failures after which it is asked again: nobody answers, or the store behind the API does not. */
const passing = ["api-silent", "api-busy"];

/**
 * All events of a submission, live, up to and including `end`. A lost connection is taken up again
 * where it broke.
 */
export async function* followSubmission(
  api: ApiClient,
  id: string,
): AsyncGenerator<FollowedEvent, void> {
  let last: string | undefined;
  for (let retries = 0; retries < mostRetries; retries += 1) {
    try {
      const response = await api.console(id, last);
      if (response.body === null) {
        return;
      }
      for await (const event of readEvents(response.body)) {
        retries = 0;
        last = event.id ?? last;
        const data: unknown = JSON.parse(event.data);
        if (event.type === "queue") {
          yield { type: "queue", position: queueSchema.parse(data).position };
          continue;
        }
        const known = runEventSchema.safeParse({ type: event.type, data });
        if (known.success) {
          yield known.data;
        }
        if (known.success && known.data.type === "end") {
          return;
        }
      }
    } catch (error) {
      if (error instanceof UsageFailure && !passing.includes(error.code)) {
        throw error;
      }
      if (retries === mostRetries - 1) {
        throw error;
      }
    }
    await sleep(1000);
  }
}
