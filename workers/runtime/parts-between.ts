import type { ExitPartCounts } from "../vmm/mod.ts";

/** What exits were about between two looks at the counts. */
export function partsBetween(before: ExitPartCounts, after: ExitPartCounts): ExitPartCounts {
  const rest = Object.entries(after).map(([category, names]) => {
    const counts = Object.entries(names).map(([name, count]) => {
      return [name, count - (before[category]?.[name] ?? 0)] as const;
    });
    return [category, Object.fromEntries(counts)] as const;
  });
  return Object.fromEntries(rest);
}
