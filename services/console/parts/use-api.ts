import useSWR from "swr";
import type { z } from "zod";
import { ApiProblem } from "./api-problem.ts";

export interface Answer<T> {
  /** The last one that came, also while later ones fail. */
  readonly data: T | undefined;
  readonly problem: ApiProblem | undefined;
}

/**
 * What the API says at a path, asked again and again while the page is seen.
 *
 * @param path undefined asks nothing
 * @param every milliseconds between two questions; 0 asks once
 */
export function useApi<T>(
  path: string | undefined,
  schema: z.ZodType<T>,
  every: number,
): Answer<T> {
  const { data, error } = useSWR<T, ApiProblem>(
    path ?? null,
    async (address: string) => schema.parse(await (await ask(address)).json()),
    {
      refreshInterval: every,
      dedupingInterval: Math.min(500, every),
      // A browser that believes itself to be offline may be on the API's own machine.
      refreshWhenOffline: true,
      revalidateOnFocus: every > 0,
      // What is not there may come; what is refused for another reason is asked again at leisure.
      errorRetryInterval: Math.max(every, 2000),
      keepPreviousData: false,
    },
  );
  return { data, problem: error };
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
