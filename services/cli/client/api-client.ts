import { z } from "zod";
import {
  type AssignmentSummary,
  assignmentSummarySchema,
} from "../../../shared/schema/assignment-summary.ts";
import {
  type MoveReport,
  type MoveWay,
  moveReportSchema,
} from "../../../shared/schema/move-report.ts";
import { problemSchema } from "../../../shared/schema/problem.ts";
import { type RunExits, runExitsSchema } from "../../../shared/schema/run-exits.ts";
import { type Submission, submissionSchema } from "../../../shared/schema/submission.ts";
import { type WorkerStatus, workerStatusSchema } from "../../../shared/schema/worker-status.ts";
import { UsageFailure } from "../usage-failure.ts";

/** A run, and the worker that it goes to. */
export interface PlannedMove {
  /** Of its report. */
  readonly id?: string | undefined;
  readonly run: string;
  readonly to: string;
}

/** Where the API is when nobody says. */
export const defaultApi = "http://127.0.0.1:8080";

/**
 * The API as the commands see it. Every failure is a `UsageFailure`: what the problem document says,
 * or that nobody answers.
 */
export class ApiClient {
  readonly base: string;

  /** @param base from `--api`, else `TRAPLINE_API`, else the default */
  constructor(base: string) {
    if (!URL.canParse(base) || !/^https?:$/.test(new URL(base).protocol)) {
      throw new UsageFailure(
        "api-address",
        `${base} is not the address of an API`,
        `give one like ${defaultApi} with --api or in TRAPLINE_API`,
      );
    }
    this.base = base.replace(/\/+$/, "");
  }

  async assignments(): Promise<AssignmentSummary[]> {
    const response = await this.#fetch("/v1/assignments");
    const schema = z.object({ assignments: z.array(assignmentSummarySchema) });
    return schema.parse(await response.json()).assignments;
  }

  async submit(form: FormData): Promise<Submission> {
    const response = await this.#fetch("/v1/submissions", { method: "POST", body: form });
    return submissionSchema.parse(await response.json());
  }

  async submission(id: string): Promise<Submission> {
    const response = await this.#fetch(`/v1/submissions/${encodeURIComponent(id)}`);
    return submissionSchema.parse(await response.json());
  }

  /** Where the time of a run goes; undefined while no worker has said so. */
  async exits(id: string): Promise<RunExits | undefined> {
    try {
      const response = await this.#fetch(`/v1/submissions/${encodeURIComponent(id)}/exits`);
      return runExitsSchema.parse(await response.json());
    } catch (error) {
      const isAbsent = error instanceof UsageFailure && error.message === "no exits yet";
      if (isAbsent) return undefined;
      throw error;
    }
  }

  /** Where the guest of a run has spent its instructions, as folded stacks. */
  async profile(id: string): Promise<string> {
    return (await this.#fetch(`/v1/submissions/${encodeURIComponent(id)}/profile`)).text();
  }

  async cancel(id: string): Promise<Submission> {
    const path = `/v1/submissions/${encodeURIComponent(id)}`;
    return submissionSchema.parse(await (await this.#fetch(path, { method: "DELETE" })).json());
  }

  async workers(): Promise<WorkerStatus[]> {
    const response = await this.#fetch("/v1/workers");
    return z.object({ workers: z.array(workerStatusSchema) }).parse(await response.json()).workers;
  }

  /** Asks a worker to move its runs away and to end. @returns where they go */
  async drain(worker: string): Promise<PlannedMove[]> {
    return this.#moves(`/v1/workers/${encodeURIComponent(worker)}/drain`);
  }

  /** @param to the one that has the most room, where it is not said */
  async migrate(run: string, to: string | undefined, way?: MoveWay): Promise<PlannedMove[]> {
    return this.#moves(`/v1/runs/${encodeURIComponent(run)}/migrate`, { to, way });
  }

  /** How the last move of a run went; undefined while nobody knows. */
  async lastMove(run: string): Promise<MoveReport | undefined> {
    try {
      const response = await this.#fetch(`/v1/runs/${encodeURIComponent(run)}/move`);
      return moveReportSchema.parse(await response.json());
    } catch (error) {
      if (error instanceof UsageFailure && error.code === "api-refused") return undefined;
      throw error;
    }
  }

  async rebalance(): Promise<PlannedMove[]> {
    return this.#moves("/v1/rebalance");
  }

  /** `results.json` as it stands. */
  async results(id: string): Promise<string> {
    return (await this.#fetch(`/v1/submissions/${encodeURIComponent(id)}/results.json`)).text();
  }

  /** The event stream after `lastEventId`; no body when there is nothing after it. */
  async console(id: string, lastEventId: string | undefined): Promise<Response> {
    return this.#fetch(`/v1/submissions/${encodeURIComponent(id)}/console`, {
      headers: lastEventId === undefined ? {} : { "Last-Event-ID": lastEventId },
    });
  }

  async #moves(path: string, body: object = {}): Promise<PlannedMove[]> {
    const response = await this.#fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const move = z.object({ run: z.string(), to: z.string(), id: z.string().optional() });
    return z.object({ moves: z.array(move) }).parse(await response.json()).moves;
  }

  async #fetch(path: string, init?: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(`${this.base}${path}`, init);
    } catch {
      throw new UsageFailure(
        "api-silent",
        `nobody answers at ${this.base}`,
        "start the service with `trapline serve`, or name another one with --api or TRAPLINE_API",
      );
    }
    if (response.ok) {
      return response;
    }
    const problem = problemSchema.safeParse(await response.json().catch(() => undefined));
    // What the API cannot do now it can in a moment.
    const code = response.status === 503 ? "api-busy" : "api-refused";
    throw problem.success
      ? new UsageFailure(code, problem.data.title.toLowerCase(), problem.data.detail)
      : new UsageFailure(
          "api-refused",
          `${this.base} answered with status ${response.status}`,
          "is this really a Trapline API?",
        );
  }
}
