import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { SubmissionQueue } from "../submissions/submission-queue.ts";

const loadSchema = z.object({
  waiting: z.number().int(),
  active: z.number().int(),
  delayed: z.number().int(),
  oldestSeconds: z.number(),
});

const load = createRoute({
  method: "get",
  path: "/v1/queue",
  tags: ["operation"],
  summary: "How much is there to do, and for how long has the next one waited?",
  responses: {
    200: {
      description: "Jobs by state; `oldestSeconds` is 0 when none waits.",
      content: { "application/json": { schema: loadSchema } },
    },
  },
});

/** `/v1/queue`: what an autoscaler asks. */
export function addQueueRoute(app: OpenAPIHono, queue: Pick<SubmissionQueue, "load">) {
  app.openapi(load, async (context) => context.json(await queue.load(), 200));
}
