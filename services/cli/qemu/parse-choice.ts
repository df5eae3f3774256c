import { nearestName } from "../nearest-name.ts";
import { UsageFailure } from "../usage-failure.ts";

/**
 * One of a few words.
 *
 * @param what the thing that is chosen, for the message: `machine`, `cache mode`
 * @throws UsageFailure that names the nearest word and lists all
 */
export function parseChoice<Word extends string>(
  what: string,
  words: readonly Word[],
  text: string,
): Word {
  const word = words.find((known) => known === text);
  if (word !== undefined) {
    return word;
  }
  throw new UsageFailure(
    "choice-unknown",
    words.length === 1
      ? `'${text}' is not a known ${what}; the only one is '${words[0]}'`
      : `'${text}' is not a known ${what}; the nearest known one is '${nearestName(text, words)}'`,
    words.length === 1 ? `write ${words[0]}` : `choose one of ${words.join(", ")}`,
  );
}
