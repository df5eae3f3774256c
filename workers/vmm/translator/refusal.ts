import type { TranslationAnswer, TranslationRequest } from "./translation.ts";

/** Answers requests none of which can be fulfilled. @param problem why, for whoever reads the log */
export function refusal(
  requests: readonly Pick<TranslationRequest, "id">[],
  problem: string,
): TranslationAnswer {
  const regions = requests.map(({ id }) => ({ id, region: undefined, problem }));
  return { module: undefined, bytes: 0, regions };
}
