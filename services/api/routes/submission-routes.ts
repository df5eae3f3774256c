import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { gradescopeSchema } from "../../../shared/schema/gradescope.ts";
import { problemSchema } from "../../../shared/schema/problem.ts";
import { resultSchema } from "../../../shared/schema/result.ts";
import { runExitsSchema } from "../../../shared/schema/run-exits.ts";
import { submissionSchema } from "../../../shared/schema/submission.ts";
import { submissionIdSchema } from "../../../shared/schema/submission-id.ts";
import { toGradescope } from "../../../shared/schema/to-gradescope.ts";
import { log } from "../../../shared/telemetry/log.ts";
import { Instruments } from "../../../shared/telemetry/otel/instruments.ts";
import { submissionSpan } from "../../../shared/telemetry/otel/submission-span.ts";
import { ProblemError } from "../problem-error.ts";
import { acceptSubmission, type Intake } from "../submissions/accept-submission.ts";
import { giveUp } from "../submissions/give-up.ts";
import { presentSubmission } from "../submissions/present-submission.ts";
import { receiveUpload } from "../submissions/receive-upload.ts";
import type { StoredSubmission } from "../submissions/submission-store.ts";

const tags = ["submissions"];
const params = z.object({ id: submissionIdSchema });
const problem = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: problemSchema } },
});
const submission = (description: string) => ({
  description,
  content: { "application/json": { schema: submissionSchema } },
});
const missing = problem("There is no such submission.");

const show = createRoute({
  method: "get",
  path: "/v1/submissions/{id}",
  tags,
  summary: "State, progress and result of a submission",
  request: { params },
  responses: { 200: submission("The submission as it is now."), 404: missing },
});

const results = createRoute({
  method: "get",
  path: "/v1/submissions/{id}/results.json",
  tags,
  summary: "The grade in Gradescope's form",
  request: { params },
  responses: {
    200: {
      description: "The grade.",
      content: { "application/json": { schema: gradescopeSchema } },
    },
    404: missing,
    409: problem("There is no grade, or not yet."),
  },
});

const exits = createRoute({
  method: "get",
  path: "/v1/submissions/{id}/exits",
  tags,
  summary: "Where the time of the run goes: its VM exits, counted and timed, by step",
  request: { params },
  responses: {
    200: {
      description: "So far, or in all. Durations are nanoseconds, those of moves milliseconds.",
      content: { "application/json": { schema: runExitsSchema } },
    },
    404: problem("There is no such submission, or no worker has told of its exits."),
  },
});

const profile = createRoute({
  method: "get",
  path: "/v1/submissions/{id}/profile",
  tags,
  summary: "Where the guest has spent its instructions",
  request: { params },
  responses: {
    200: {
      description:
        "Folded stacks: functions from the outermost on, and how often they were seen there. The same in each run.",
      content: { "text/plain": { schema: z.string() } },
    },
    404: problem("There is no such submission, its assignment asks for no profile, or it runs."),
  },
});

const cancel = createRoute({
  method: "delete",
  path: "/v1/submissions/{id}",
  tags,
  summary: "Cancel a queued or running submission",
  request: { params },
  responses: {
    200: submission("It is cancelled, also if it was before."),
    404: missing,
    409: problem("It has ended; there is nothing to cancel."),
  },
});

/** `/v1/submissions`: hand in, look, cancel. */
export function addSubmissionRoutes(app: OpenAPIHono, intake: Intake, maxUploadBytes: number) {
  const { store, queue } = intake;
  const instruments = new Instruments();

  const find = async (id: string): Promise<StoredSubmission> => {
    const stored = await store.find(id);
    if (stored === undefined) {
      throw new ProblemError(
        404,
        "unknown-submission",
        "Unknown submission",
        `There is no submission ${id}. Results are kept for 30 days.`,
      );
    }
    if (stored.state !== "queued" && stored.state !== "running") {
      return stored;
    }
    // The queue's own event may have come while no API was listening.
    const reason = await queue.givenUp(id);
    if (reason === undefined) {
      return stored;
    }
    await giveUp(store, id, reason);
    return (await store.find(id)) ?? stored;
  };
  const present = async (stored: StoredSubmission) =>
    presentSubmission(
      stored,
      stored.state === "queued" ? await queue.position(stored.id) : undefined,
    );

  // Registered by hand: the route's own validator would read the whole form into memory.
  app.openAPIRegistry.registerPath({
    method: "post",
    path: "/v1/submissions",
    tags,
    summary: "Hand in",
    request: {
      body: {
        required: true,
        content: {
          "multipart/form-data": {
            schema: z
              .object({ assignment: z.string() })
              .catchall(z.string().openapi({ format: "binary" }))
              .openapi({ description: "One file field for each artefact, under its name." }),
          },
        },
      },
    },
    responses: {
      201: submission("Queued. `Location` is where to look."),
      400: problem("The form cannot be read."),
      404: problem("There is no such assignment."),
      409: problem("The assignment itself cannot be used."),
      413: problem("A file is too large."),
      415: problem("The body is no form."),
      422: problem("The files do not fit the assignment."),
    },
  });
  app.post("/v1/submissions", async (context) => {
    const upload = await receiveUpload(context.req.raw, intake.blobs, maxUploadBytes);
    const record = await acceptSubmission(intake, upload);
    instruments.add("trapline.submissions", 1);
    const stored = await find(record.id);
    context.header("Location", `/v1/submissions/${record.id}`);
    return context.json(await present(stored), 201);
  });

  app.openapi(show, async (context) => {
    const stored = await find(context.req.valid("param").id);
    return context.json(await present(stored), 200);
  });

  app.openapi(results, async (context) => {
    const stored = await find(context.req.valid("param").id);
    if (stored.result === undefined) {
      throw new ProblemError(
        409,
        "no-grade",
        "No grade",
        `The submission is ${stored.state}${stored.failure === undefined ? "" : `: ${stored.failure}`}.`,
      );
    }
    return context.json(toGradescope(resultSchema.parse(stored.result)), 200);
  });

  app.openapi(exits, async (context) => {
    const { id } = await find(context.req.valid("param").id);
    const known = await store.exits(id);
    if (known === undefined) {
      const why = "No worker has told of its exits: it may not have begun.";
      throw new ProblemError(404, "no-exits", "No exits yet", why);
    }
    return context.json(known, 200);
  });

  app.openapi(profile, async (context) => {
    const { id } = await find(context.req.valid("param").id);
    const folded = await store.profile(id);
    if (folded === undefined) {
      const why = "It is there when a run has ended whose assignment asks for one (profile).";
      throw new ProblemError(404, "no-profile", "No profile", why);
    }
    return context.text(folded, 200);
  });

  app.openapi(cancel, async (context) => {
    const { id } = context.req.valid("param");
    const { state, trace } = await find(id);
    const before = await store.cancel(id);
    if (before === "graded" || before === "failed") {
      throw new ProblemError(409, "ended", "Nothing to cancel", `The submission is ${before}.`);
    }
    if (before === "queued" || before === "running") {
      submissionSpan.end(trace, { run: id, state: "cancelled" });
      const attributes = { "trapline.submission.state": "cancelled" };
      instruments.add("trapline.submission.ends", 1, attributes);
    }
    if (state === "queued" || before === "queued") {
      await queue.remove(id);
    }
    await intake.roots.remove("run", id, Number.MAX_SAFE_INTEGER).catch((error: unknown) => {
      // They only take room in the store.
      log.error(`checkpoints of ${id} stay`, { error });
    });
    return context.json(await present(await find(id)), 200);
  });
}
