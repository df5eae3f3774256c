import { closest } from "fastest-levenshtein";

/** The known name with the fewest letters to change; of equals, the first. `known` is not empty. */
export function nearestName(word: string, known: readonly string[]): string {
  return closest(word, known);
}
