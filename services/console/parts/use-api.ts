import useSWR from "swr";
import type { z } from "zod";
import { ApiProblem } from "./api-problem.ts";

export interface Answer<T> {
  /** The last one that came, also while later ones fail. */
  readonly data: T | undefined;
  readonly problem: ApiProblem | undefined;
}

/** Milliseconds: what failed is asked again so soon, as long as somebody looks. */
const tryAgain = 2000;

/**
 * What the API says at a path, asked again and again while the page is seen.
 *
 * @param path undefined asks nothing
 * @param every milliseconds between two questions; 0, as soon as nothing new can come, asks no more
 */
export function useApi<T>(
  path: string | undefined,
  schema: z.ZodType<T>,
  every: (latest: T | undefined) => number,
): Answer<T> {
  const { data, error } = useSWR<T, ApiProblem>(
    path ?? null,
    async (address: string) => understood(schema, await ask(address)),
    {
      refreshInterval: every,
      dedupingInterval: 500,
      // A browser that believes itself to be offline may be on the API's own machine.
      refreshWhenOffline: true,
      // Not later and later: what is not there yet is there a moment after the run has begun.
      onErrorRetry: (_error, _key, config, revalidate, { retryCount }) => {
        setTimeout(() => config.isVisible() && void revalidate({ retryCount }), tryAgain);
      },
    },
  );
  return { data, problem: error };
}

/** @throws ApiProblem for what this console does not understand: a newer API's answer, most likely */
async function understood<T>(schema: z.ZodType<T>, response: Response): Promise<T> {
  const answer = schema.safeParse(await response.json().catch(() => undefined));
  if (answer.success) return answer.data;
  throw new ApiProblem(
    response.status,
    "The service has changed",
    "It answers in a way that this page does not know. Load the page again.",
  );
}

/** @throws ApiProblem */
export async function ask(address: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address);
  } catch {
    throw new ApiProblem(
      0,
      "The service does not answer",
      "What is shown may be old. This page asks again every few seconds.",
    );
  }
  if (!response.ok) throw await ApiProblem.of(response);
  return response;
}
