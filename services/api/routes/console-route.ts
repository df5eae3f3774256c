import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import { runKeys } from "../../../shared/protocol/run-keys.ts";
import { problemSchema } from "../../../shared/schema/problem.ts";
import { submissionIdSchema } from "../../../shared/schema/submission-id.ts";
import { log } from "../../../shared/telemetry/log.ts";
import { ProblemError } from "../problem-error.ts";
import type { RunEventHub } from "../submissions/run-event-hub.ts";
import type { SubmissionQueue } from "../submissions/submission-queue.ts";
import type { SubmissionStore } from "../submissions/submission-store.ts";
import { findSubmission } from "./find-submission.ts";

interface Sources {
  readonly store: SubmissionStore;
  readonly queue: SubmissionQueue;
  readonly hub: RunEventHub;
}

const batch = 256;
/** Milliseconds between two looks when nothing wakes us; also how often the queue is asked. */
const lookAgain = 1000;
/** Milliseconds without a byte after which proxies may drop a connection, with room to spare. */
const heartbeat = 15_000;

/**
 * `GET /v1/submissions/{id}/console`: what happens to a submission, as server-sent events.
 *
 *   id     place in the run's stream; a client that comes back sends the last as `Last-Event-ID`
 *          and misses nothing
 *   event  a type of `shared/protocol/run-event.ts`, or `queue` {position}, which is only live
 *   data   JSON
 *
 * After `end` the stream closes; coming back to an ended stream answers 204, which tells an
 * EventSource to stay away.
 */
export function addConsoleRoute(app: OpenAPIHono, { store, queue, hub }: Sources) {
  app.openAPIRegistry.registerPath({
    method: "get",
    path: "/v1/submissions/{id}/console",
    tags: ["submissions"],
    summary: "Guest console and progress, live",
    request: {
      params: z.object({ id: submissionIdSchema }),
      headers: z.object({ "Last-Event-ID": z.string().optional() }),
    },
    responses: {
      200: {
        description:
          "Server-sent events: queued, queue, run, template, resumed, progress, console, step, interrupted, end.",
        content: { "text/event-stream": { schema: z.string() } },
      },
      204: { description: "Everything was sent before." },
      404: {
        description: "There is no such submission.",
        content: { "application/problem+json": { schema: problemSchema } },
      },
    },
  });

  app.get("/v1/submissions/:id/console", async (context) => {
    const stored = await findSubmission(store, context.req.param("id"));
    const { id } = stored;
    const last = context.req.header("Last-Event-ID") ?? "0";
    if (!/^\d{1,20}(-\d{1,20})?$/.test(last)) {
      throw new ProblemError(
        400,
        "bad-event-id",
        "Bad Last-Event-ID",
        "Send the id of an event that this stream gave you, or none.",
      );
    }
    const hasEnded = stored.state !== "queued" && stored.state !== "running";
    if (hasEnded && (await store.eventsAfter(id, last, 1)).length === 0) {
      return context.body(null, 204);
    }
    context.header("X-Accel-Buffering", "no");
    return streamSSE(
      context,
      (stream) => follow(stream, id, last),
      async (error) => log.error("console stream", { error }),
    );
  });

  async function follow(stream: SSEStreamingApi, id: string, start: string): Promise<void> {
    const waker = new Waker();
    stream.onAbort(() => waker.wake());
    const unwatch = await hub.watch(runKeys(id).channel, () => waker.wake());
    let last = start;
    let position: number | undefined;
    // Not the wall clock: one that is set back would silence the stream for as long.
    let silentSince = performance.now();
    try {
      while (!stream.aborted && !stream.closed) {
        const events = await store.eventsAfter(id, last, batch);
        for (const { id: entry, event } of events) {
          await stream.writeSSE({
            id: entry,
            event: event.type,
            data: JSON.stringify(event.data),
          });
          last = entry;
          silentSince = performance.now();
          if (event.type === "end") {
            return;
          }
        }
        if (events.length === batch) {
          continue;
        }
        const now = await queue.position(id);
        if (now !== undefined && now !== position) {
          await stream.writeSSE({ event: "queue", data: JSON.stringify({ position: now }) });
          silentSince = performance.now();
        }
        position = now;
        if (performance.now() - silentSince > heartbeat) {
          await stream.write(": still here\n\n");
          silentSince = performance.now();
        }
        if (!(await waker.sleep(lookAgain)) && (await store.find(id)) === undefined) {
          return;
        }
      }
    } finally {
      unwatch();
    }
  }
}

/** Sleeps until woken; a wake while awake makes the next sleep return at once. */
class Waker {
  #isWoken = false;
  #resume: (() => void) | undefined;

  wake(): void {
    this.#isWoken = true;
    this.#resume?.();
  }

  /** @returns whether it was woken before the time was over */
  async sleep(milliseconds: number): Promise<boolean> {
    if (!this.#isWoken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.#resume = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const wasWoken = this.#isWoken;
    this.#isWoken = false;
    this.#resume = undefined;
    return wasWoken;
  }
}
