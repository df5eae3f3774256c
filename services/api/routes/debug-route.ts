import { upgradeWebSocket } from "@hono/node-server";
import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { problemSchema } from "../../../shared/schema/problem.ts";
import { submissionIdSchema } from "../../../shared/schema/submission-id.ts";
import type { DebugRelay } from "../debug/debug-relay.ts";
import { ProblemError } from "../problem-error.ts";
import type { SubmissionStore } from "../submissions/submission-store.ts";
import { findSubmission } from "./find-submission.ts";

/** The longest message of a debugger, in characters; a thousand breakpoints are shorter. */
const longestMessage = 65_536;
/** Messages that wait for Redis; a debugger that sends more does not wait for answers. */
const mostWaiting = 100;

/** WebSocket close codes of this route (RFC 6455, 7.4.2: 4000 to 4999 are the application's). */
export const debugCloseCodes = {
  notUnderstood: 4400,
  anotherDebugger: 4409,
  storeAway: 4503,
} as const;

/**
 * `GET /v1/runs/{id}/debug`: a WebSocket between a debugger and the worker that has the run.
 *
 *   → text   `shared/protocol/debug-request.ts`
 *   ← text   `shared/protocol/debug-report.ts`
 *
 * Neither side notices a move of the run, nor another replica of the API behind a new connection.
 */
export function addDebugRoute(
  app: OpenAPIHono,
  { store, debug }: { readonly store: SubmissionStore; readonly debug: DebugRelay },
) {
  app.openAPIRegistry.registerPath({
    method: "get",
    path: "/v1/runs/{id}/debug",
    tags: ["workers"],
    summary: "Debug a run, without changing it: a WebSocket for `trapline gdb`",
    request: { params: z.object({ id: submissionIdSchema }) },
    responses: {
      101: { description: "Requests and reports as JSON texts." },
      404: {
        description: "There is no such submission.",
        content: { "application/problem+json": { schema: problemSchema } },
      },
      409: {
        description: "It has ended.",
        content: { "application/problem+json": { schema: problemSchema } },
      },
      426: { description: "This is a WebSocket." },
    },
  });

  app.get(
    "/v1/runs/:id/debug",
    async (context, next) => {
      const stored = await findSubmission(store, context.req.param("id"));
      if (stored.finishedAt !== undefined) {
        throw new ProblemError(
          409,
          "run-ended",
          "It has ended",
          `The run is over: ${stored.state}.`,
        );
      }
      if (context.req.header("upgrade")?.toLowerCase() !== "websocket") {
        return context.text("This is a WebSocket.", 426);
      }
      return next();
    },
    upgradeWebSocket((context) => {
      const run = submissionIdSchema.parse(context.req.param("id"));
      let unlisten: (() => void) | undefined;
      let isOpen = true;
      let taken = Promise.resolve();
      let waiting = 0;
      return {
        onOpen: (_, socket) => {
          const hear = (report: string) => isOpen && socket.send(report);
          debug.listen(run, hear).then(
            (stop) => {
              if (isOpen) unlisten = stop;
              else stop();
            },
            () => socket.close(debugCloseCodes.storeAway, "the store does not answer"),
          );
        },
        onMessage: (event, socket) => {
          const { notUnderstood, anotherDebugger, storeAway } = debugCloseCodes;
          const text = typeof event.data === "string" ? event.data : "";
          if (text.length > longestMessage || waiting >= mostWaiting) {
            socket.close(notUnderstood, "too much at once");
            return;
          }
          waiting += 1;
          // One after the other: what was said first arrives first.
          taken = taken
            .then(() => debug.take(run, text))
            .then(
              (relayed) => {
                if (relayed === "not-understood") socket.close(notUnderstood, "not understood");
                if (relayed === "another-debugger") {
                  socket.close(anotherDebugger, "another debugger is attached to the run");
                }
              },
              () => socket.close(storeAway, "the store does not answer"),
            )
            .finally(() => {
              waiting -= 1;
            });
        },
        onClose: () => {
          isOpen = false;
          unlisten?.();
        },
      };
    }),
  );
}
