import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { MoveOrder } from "../../../shared/protocol/worker-command.ts";
import { moveReportSchema, moveWaySchema } from "../../../shared/schema/move-report.ts";
import { problemSchema } from "../../../shared/schema/problem.ts";
import { submissionIdSchema } from "../../../shared/schema/submission-id.ts";
import {
  runStatusSchema,
  type WorkerStatus,
  workerName,
  workerStatusSchema,
} from "../../../shared/schema/worker-status.ts";
import { leastLoaded, planRebalance } from "../../control/plan-moves.ts";
import { ProblemError } from "../problem-error.ts";
import type { WorkerDirectory } from "../workers/worker-directory.ts";

const tags = ["workers"];
const problem = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: problemSchema } },
});
const json = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: { "application/json": { schema } },
});
const moveSchema = z.object({
  run: submissionIdSchema,
  to: workerName(),
  /** What `GET /v1/runs/{id}/move` has when it is over. */
  id: z.string().optional(),
});
const moves = json(
  "What was asked for; the runs go within moments.",
  z.object({ moves: z.array(moveSchema) }),
);

const workers = createRoute({
  method: "get",
  path: "/v1/workers",
  tags,
  summary: "The workers that there are",
  responses: { 200: json("By name.", z.object({ workers: z.array(workerStatusSchema) })) },
});

const runs = createRoute({
  method: "get",
  path: "/v1/runs",
  tags,
  summary: "The runs that are under way, and where",
  responses: {
    200: json(
      "By worker.",
      z.object({ runs: z.array(runStatusSchema.extend({ worker: workerName() })) }),
    ),
  },
});

const drain = createRoute({
  method: "post",
  path: "/v1/workers/{name}/drain",
  tags,
  summary: "Move all runs of a worker away, and end it",
  request: { params: z.object({ name: workerName() }) },
  responses: { 202: moves, 404: problem("There is no such worker.") },
});

const migrate = createRoute({
  method: "post",
  path: "/v1/runs/{id}/migrate",
  tags,
  summary: "Move a run to another worker",
  request: {
    params: z.object({ id: submissionIdSchema }),
    body: {
      required: true,
      content: {
        "application/json": {
          schema: z.object({
            to: workerName().optional(),
            /** How; by pre-copy, where it is not said. */
            way: moveWaySchema.default("precopy"),
          }),
        },
      },
    },
  },
  responses: {
    202: moves,
    404: problem("The run is not under way."),
    409: problem("It cannot go there."),
  },
});

const lastMove = createRoute({
  method: "get",
  path: "/v1/runs/{id}/move",
  tags,
  summary: "How the last move of a run went",
  request: { params: z.object({ id: submissionIdSchema }) },
  responses: {
    200: json("As the worker says that it left.", moveReportSchema),
    404: problem("It has not moved, or is about to."),
  },
});

const rebalance = createRoute({
  method: "post",
  path: "/v1/rebalance",
  tags,
  summary: "Move runs from full workers to those that have room",
  responses: { 202: moves },
});

/** `/v1/workers`, `/v1/runs`: who runs what, and moving it. */
export function addWorkerRoutes(app: OpenAPIHono, directory: WorkerDirectory) {
  const holderOf = (all: readonly WorkerStatus[], run: string) =>
    all.find((worker) => worker.runs.some((one) => one.run === run));

  app.openapi(workers, async (context) => context.json({ workers: await directory.list() }, 200));

  app.openapi(runs, async (context) => {
    const all = await directory.list();
    const list = all.flatMap((worker) =>
      worker.runs.map((run) => ({ ...run, worker: worker.name })),
    );
    return context.json({ runs: list }, 200);
  });

  app.openapi(drain, async (context) => {
    const { name } = context.req.valid("param");
    const all = await directory.list();
    if (!all.some((worker) => worker.name === name)) throw noWorker(404, name, all);
    const orders = await directory.drain(all, name);
    return context.json({ moves: orders.map(shown) }, 202);
  });

  app.openapi(migrate, async (context) => {
    const { id } = context.req.valid("param");
    const all = await directory.list();
    const from = holderOf(all, id);
    if (from === undefined) {
      throw new ProblemError(
        404,
        "unknown-run",
        "Not under way",
        `No worker runs ${id} now; \`GET /v1/runs\` lists what is under way.`,
      );
    }
    const { way, ...wish } = context.req.valid("json");
    const to = wish.to ?? leastLoaded(all, from.name);
    if (to === undefined) {
      throw new ProblemError(409, "no-room", "No room", "No other worker has room for the run.");
    }
    const target = all.find((worker) => worker.name === to);
    if (target === undefined) throw noWorker(409, to, all);
    if (target === from || target.state === "draining") {
      const why = target === from ? "has the run already" : "is draining";
      throw new ProblemError(409, "unfit-worker", "It cannot go there", `${to} ${why}.`);
    }
    const order = await directory.move(from.name, { run: id, to }, way);
    return context.json({ moves: [shown(order)] }, 202);
  });

  app.openapi(lastMove, async (context) => {
    const { id } = context.req.valid("param");
    const report = await directory.lastMove(id);
    if (report) return context.json(report, 200);
    const detail = `Nobody has said yet how a move of ${id} went.`;
    throw new ProblemError(404, "no-move", "Has not moved", detail);
  });

  app.openapi(rebalance, async (context) => {
    const all = await directory.list();
    const plan = planRebalance(all);
    const orders: MoveOrder[] = [];
    for (const move of plan) {
      const from = holderOf(all, move.run);
      if (from) orders.push(await directory.move(from.name, move, "precopy"));
    }
    return context.json({ moves: orders.map(shown) }, 202);
  });
}

/** A ticket is for the worker only. */
function shown({ run, to, id }: MoveOrder) {
  return { run, to, ...(id !== undefined && { id }) };
}

function noWorker(status: 404 | 409, name: string, all: readonly WorkerStatus[]): ProblemError {
  const names = all.map((worker) => worker.name).join(", ");
  return new ProblemError(
    status,
    "unknown-worker",
    "No such worker",
    `There is no worker ${name}; ${names === "" ? "there is none at all" : `there are: ${names}`}.`,
  );
}
