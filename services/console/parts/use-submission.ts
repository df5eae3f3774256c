import { type Submission, submissionSchema } from "../../../shared/schema/submission.ts";
import { isOver } from "../model/is-over.ts";
import { type Answer, useApi } from "./use-api.ts";

/** @param every milliseconds between two questions, until it has ended */
export function useSubmission(id: string | undefined, every: number): Answer<Submission> {
  const path = id === undefined ? undefined : `/v1/submissions/${id}`;
  return useApi(path, submissionSchema, (latest) => (latest && isOver(latest) ? 0 : every));
}
