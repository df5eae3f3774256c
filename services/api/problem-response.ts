import { ProblemError } from "./problem-error.ts";

/**
 * Any error as a problem document. An error that is not the caller's is logged whole and answered
 * without its words, which may name hosts and paths.
 */
export function problemResponse(error: unknown, instance: string): Response {
  const { problem } =
    error instanceof ProblemError
      ? error
      : new ProblemError(
          isStoreDown(error) ? 503 : 500,
          isStoreDown(error) ? "store-unavailable" : "internal",
          isStoreDown(error) ? "The store does not answer" : "Internal error",
          isStoreDown(error)
            ? "Try again in a few seconds."
            : "The request could not be served. The server's log has the reason.",
        );
  if (!(error instanceof ProblemError)) {
    console.error(error);
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

/** ioredis reports a lost server by these names only. */
function isStoreDown(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.name === "MaxRetriesPerRequestError" ||
      /Connection is closed|ECONNREFUSED|Stream isn't writeable|Command timed out/.test(
        error.message,
      ))
  );
}
