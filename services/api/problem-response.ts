import { isHostError } from "../../shared/blob/objects/host-error.ts";
import { log } from "../../shared/telemetry/log.ts";
import { ProblemError } from "./problem-error.ts";

/**
 * Any error as a problem document. An error that is not the caller's is logged whole and answered
 * without its words, which may name hosts and paths.
 */
export function problemResponse(error: unknown, instance: string): Response {
  const { problem } = error instanceof ProblemError ? error : problemOf(error);
  if (!(error instanceof ProblemError)) {
    log.error("a request failed", { error });
  }
  return new Response(JSON.stringify({ ...problem, instance }), {
    status: problem.status,
    headers: {
      "content-type": "application/problem+json",
      // The rest of a body that nobody will read must not stand before the next request.
      ...(problem.status === 413 || problem.status === 415 ? { connection: "close" } : {}),
    },
  });
}

function problemOf(error: unknown): ProblemError {
  if (isHostError(error, "ENOSPC", "EDQUOT")) {
    const detail = "Nothing was taken. Tell whoever runs this service, and try again later.";
    return new ProblemError(507, "store-full", "The store is full", detail);
  }
  if (isStoreDown(error)) {
    const detail = "Try again in a few seconds.";
    return new ProblemError(503, "store-unavailable", "The store does not answer", detail);
  }
  const detail = "The request could not be served. The server's log has the reason.";
  return new ProblemError(500, "internal", "Internal error", detail);
}

/** ioredis reports a lost server by these names only; Redis refuses with a word of its own. */
function isStoreDown(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.name === "MaxRetriesPerRequestError" ||
      /Connection is closed|ECONNREFUSED|Stream isn't writeable|Command timed out/.test(
        error.message,
      ) ||
      // Its disk or memory is full, or it has just started.
      /^(MISCONF|OOM|LOADING|READONLY) /.test(error.message))
  );
}
