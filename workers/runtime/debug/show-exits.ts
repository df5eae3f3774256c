/** Exit counts as a table, the most frequent first; categories that never happened are left out. */
export function showExits(counts: Readonly<Record<string, number>>): string {
  const seen = Object.entries(counts).filter(([, count]) => count > 0);
  if (seen.length === 0) return "no exits yet\n";
  return seen
    .sort(([, a], [, b]) => b - a)
    .map(([category, count]) => `${category.padEnd(22)}${String(count).padStart(14)}\n`)
    .join("");
}
