import { keptText } from "./kept-text.ts";

const key = "recent-runs";
const most = 12;

/** Submissions that were opened in this browser, the last one first. The API has no list of those that ended. */
export function recentRuns(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(keptText.read(key) ?? "[]");
    return Array.isArray(stored) ? stored.filter((id) => typeof id === "string") : [];
  } catch {
    return [];
  }
}

export function rememberRun(id: string): void {
  const others = recentRuns().filter((one) => one !== id);
  keptText.write(key, JSON.stringify([id, ...others].slice(0, most)));
}
