import type { Item } from "./program.ts";
import type { Random } from "./random.ts";

/** Where an item goes: its number, and how many items the program has. */
export interface Place {
  readonly number: number;
  readonly count: number;
}

/** A kind of items and how often it comes up among the others. */
export type WeightedItem = readonly [weight: number, make: (random: Random, place: Place) => Item];
