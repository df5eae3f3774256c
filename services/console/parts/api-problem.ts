import { problemSchema } from "../../../shared/schema/problem.ts";

/** What the API, or the way to it, has against a request; `message` is for people. */
export class ApiProblem extends Error {
  /** Of HTTP; 0 where nobody answered. */
  readonly status: number;
  readonly title: string;

  constructor(status: number, title: string, detail: string) {
    super(detail);
    this.status = status;
    this.title = title;
  }

  static async of(response: Response): Promise<ApiProblem> {
    const problem = problemSchema.safeParse(await response.json().catch(() => undefined));
    return problem.success
      ? new ApiProblem(response.status, problem.data.title, problem.data.detail)
      : new ApiProblem(
          response.status,
          "The service cannot answer",
          `It answered with status ${response.status} and no explanation.`,
        );
  }
}
