import { OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { Settings } from "../../shared/schema/settings.ts";
import type { DebugRelay } from "./debug/debug-relay.ts";
import { ProblemError } from "./problem-error.ts";
import { problemResponse } from "./problem-response.ts";
import { addAssignmentRoutes } from "./routes/assignment-routes.ts";
import { addConsoleRoute } from "./routes/console-route.ts";
import { addDebugRoute } from "./routes/debug-route.ts";
import { addHealthRoutes } from "./routes/health-routes.ts";
import { addQueueRoute } from "./routes/queue-route.ts";
import { addSettingsRoute } from "./routes/settings-route.ts";
import { addSubmissionRoutes } from "./routes/submission-routes.ts";
import { addWebConsole } from "./routes/web-console.ts";
import { addWorkerRoutes } from "./routes/worker-routes.ts";
import type { Intake } from "./submissions/accept-submission.ts";
import type { RunEventHub } from "./submissions/run-event-hub.ts";
import type { WorkerDirectory } from "./workers/worker-directory.ts";

/** What the API is made of; `main.ts` connects it to Redis and the disk. */
export interface AppParts extends Intake {
  readonly hub: RunEventHub;
  readonly workers: WorkerDirectory;
  readonly debug: DebugRelay;
  /** Most bytes of all files of one submission. */
  readonly maxUploadBytes: number;
  /** Makes a span of each request; where requests are traced. */
  readonly tracing?: MiddlewareHandler;
  /** The folder that the web console was built to. */
  readonly consoleFolder: string;
  readonly settings: Settings;
}

/** The HTTP API as a function from requests to responses. */
export function createApp(parts: AppParts): OpenAPIHono {
  const app = new OpenAPIHono({
    defaultHook: (result) => {
      if (!result.success) {
        const isPath = result.target === "param";
        throw new ProblemError(
          isPath ? 404 : 400,
          isPath ? "unknown-submission" : "bad-request",
          isPath ? "Unknown submission" : "Not understood",
          isPath
            ? "No submission has such an id."
            : `The request's ${result.target} cannot be used.`,
          result.error.issues.map((issue) => ({
            field: issue.path.join("."),
            detail: issue.message,
          })),
        );
      }
    },
  });
  app.onError((error, context) => problemResponse(error, context.req.path));
  app.notFound((context) =>
    problemResponse(
      new ProblemError(
        404,
        "unknown-path",
        "Nothing here",
        `${context.req.method} ${context.req.path} is not part of this API; see /openapi.json.`,
      ),
      context.req.path,
    ),
  );
  if (parts.tracing) app.use(parts.tracing);
  addSubmissionRoutes(app, parts, parts.maxUploadBytes);
  addConsoleRoute(app, parts);
  addAssignmentRoutes(app, parts.catalogue);
  addWorkerRoutes(app, parts.workers);
  addDebugRoute(app, parts);
  addQueueRoute(app, parts.queue);
  addSettingsRoute(app, parts.settings);
  addWebConsole(app, parts.consoleFolder);
  addHealthRoutes(app, {
    redis: () => parts.store.ping(),
    // Any name will do: a store that answers "no" answers.
    blobs: () => parts.blobs.has("0".repeat(64)),
  });
  app.doc31("/openapi.json", {
    openapi: "3.1.0",
    info: {
      title: "Trapline",
      version: "1",
      description: "Hand in a virtual machine, watch it run, get its grade.",
    },
  });
  return app;
}
