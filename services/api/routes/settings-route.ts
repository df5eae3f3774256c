import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { type Settings, settingsSchema } from "../../../shared/schema/settings.ts";

const settings = createRoute({
  method: "get",
  path: "/v1/settings",
  tags: ["operation"],
  summary: "What the web console has to know of this installation",
  responses: {
    200: {
      description: "As it was configured.",
      content: { "application/json": { schema: settingsSchema } },
    },
  },
});

/** `/v1/settings`. */
export function addSettingsRoute(app: OpenAPIHono, known: Settings) {
  app.openapi(settings, (context) => context.json(known, 200));
}
