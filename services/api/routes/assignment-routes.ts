import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { assignmentSummarySchema } from "../../../shared/schema/assignment-summary.ts";
import type { AssignmentCatalogue } from "../assignments/assignment-catalogue.ts";

const list = createRoute({
  method: "get",
  path: "/v1/assignments",
  tags: ["assignments"],
  summary: "What can be handed in",
  responses: {
    200: {
      description: "All assignments, by name; one with faults says which.",
      content: {
        "application/json": { schema: z.object({ assignments: z.array(assignmentSummarySchema) }) },
      },
    },
  },
});

/** `/v1/assignments`. */
export function addAssignmentRoutes(app: OpenAPIHono, catalogue: AssignmentCatalogue) {
  app.openapi(list, async (context) => context.json({ assignments: await catalogue.list() }, 200));
}
