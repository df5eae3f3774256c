import { categoryLook } from "./category-look.ts";
import { isTimePart, timePartLabels } from "./time-parts.ts";

/** What a category of exits, or a part of the time that is none, is called in a sentence. */
export function labelOf(name: string): string {
  return isTimePart(name) ? timePartLabels[name] : categoryLook(name).label;
}
