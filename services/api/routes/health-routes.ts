import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { problemSchema } from "../../../shared/schema/problem.ts";
import { ProblemError } from "../problem-error.ts";
import type { SubmissionStore } from "../submissions/submission-store.ts";

const body = z.object({ status: z.literal("ok") });
const fine = { description: "Yes.", content: { "application/json": { schema: body } } };

const alive = createRoute({
  method: "get",
  path: "/healthz",
  tags: ["operation"],
  summary: "Does the process answer?",
  responses: { 200: fine },
});

const ready = createRoute({
  method: "get",
  path: "/readyz",
  tags: ["operation"],
  summary: "Can it take submissions?",
  responses: {
    200: fine,
    503: {
      description: "The store does not answer.",
      content: { "application/problem+json": { schema: problemSchema } },
    },
  },
});

/** `/healthz` and `/readyz`, for whoever watches the process. */
export function addHealthRoutes(app: OpenAPIHono, store: SubmissionStore) {
  app.openapi(alive, (context) => context.json({ status: "ok" as const }, 200));
  app.openapi(ready, async (context) => {
    try {
      await store.ping();
    } catch {
      throw new ProblemError(503, "not-ready", "Not ready", "The store does not answer.");
    }
    return context.json({ status: "ok" as const }, 200);
  });
}
