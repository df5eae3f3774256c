import { z } from "zod";
import {
  type AssignmentSummary,
  assignmentSummarySchema,
} from "../../../shared/schema/assignment-summary.ts";
import { problemSchema } from "../../../shared/schema/problem.ts";
import { type Submission, submissionSchema } from "../../../shared/schema/submission.ts";
import { UsageFailure } from "../usage-failure.ts";

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

  async cancel(id: string): Promise<Submission> {
    const path = `/v1/submissions/${encodeURIComponent(id)}`;
    return submissionSchema.parse(await (await this.#fetch(path, { method: "DELETE" })).json());
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
    throw problem.success
      ? new UsageFailure("api-refused", problem.data.title.toLowerCase(), problem.data.detail)
      : new UsageFailure(
          "api-refused",
          `${this.base} answered with status ${response.status}`,
          "is this really a Trapline API?",
        );
  }
}
