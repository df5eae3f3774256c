import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { problemSchema } from "../../../shared/schema/problem.ts";
import { inTime } from "../../../shared/time/in-time.ts";
import { ProblemError } from "../problem-error.ts";

/** Below the few seconds that whoever probes waits, so that it hears which part is silent. */
const patience = 2000;

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
      description: "Something that a submission needs does not answer; `errors` says what.",
      content: { "application/problem+json": { schema: problemSchema } },
    },
  },
});

/** What must answer before submissions can be taken: a word for people, and a cheap question. */
export type ReadinessChecks = Readonly<Record<string, () => Promise<unknown>>>;

/** `/healthz` and `/readyz`, for whoever watches the process. */
export function addHealthRoutes(app: OpenAPIHono, checks: ReadinessChecks) {
  app.openapi(alive, (context) => context.json({ status: "ok" as const }, 200));
  app.openapi(ready, async (context) => {
    const names = Object.keys(checks);
    const answers = await Promise.all(Object.values(checks).map((ask) => inTime(ask(), patience)));
    const silent = names.filter((_, index) => !answers[index]);
    if (silent.length > 0) {
      throw new ProblemError(
        503,
        "not-ready",
        "Not ready",
        `No answer from: ${silent.join(", ")}.`,
        silent.map((name) => ({ field: name, detail: "It does not answer." })),
      );
    }
    return context.json({ status: "ok" as const }, 200);
  });
}
