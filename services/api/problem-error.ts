import type { Problem } from "../../shared/schema/problem.ts";

/** An error of the API that its caller should read; it becomes a problem document (RFC 9457). */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly problem: Problem;

  /**
   * @param kind stable identifier in kebab-case, e.g. `unknown-assignment`
   * @param detail what is wrong with this request and what to do about it
   */
  constructor(
    status: number,
    kind: string,
    title: string,
    detail: string,
    errors?: Problem["errors"],
  ) {
    super(detail);
    const type = `urn:trapline:problem:${kind}`;
    this.problem = { type, title, status, detail, ...(errors === undefined ? {} : { errors }) };
  }
}
