import process from "node:process";

/** What keeps a process small, and what Node has compiled for others before. */
const names = ["MALLOC_TRIM_THRESHOLD_", "NODE_COMPILE_CACHE"];

/** What `trapline.mjs` has set for this process to that end holds for those that it starts, too. */
export function keptVariables(): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
