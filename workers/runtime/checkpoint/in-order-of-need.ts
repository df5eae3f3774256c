import type { NeededPages } from "../../vmm/mod.ts";

/** Those that a machine begins with, those that it has executed, and the others; each in their order. */
export function* inOrderOfNeed<T extends { readonly page: number }>(
  pages: Iterable<T>,
  { first, next }: NeededPages,
): Generator<T> {
  const kinds: [T[], T[], T[]] = [[], [], []];
  for (const one of pages) kinds[first.has(one.page) ? 0 : next.has(one.page) ? 1 : 2].push(one);
  for (const kind of kinds) yield* kind;
}
