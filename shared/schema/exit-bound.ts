import { z } from "zod";

/** How many exits there may be: `< 1000`, `<= 2k`, `> 0`, `>= 10`, or `= 12`; `k`, `M` and `G` are powers of 1000. */
const notation = /^(<=|>=|<|>|=) *(\d+)([kMG]?)$/;
const factors: Readonly<Record<string, number>> = { "": 1, k: 1e3, M: 1e6, G: 1e9 };

export interface ExitBound {
  readonly relation: "<" | "<=" | "=" | ">=" | ">";
  readonly count: number;
}

export const exitBoundSchema = z.string().refine((text) => parseExitBound(text) !== undefined, {
  message: 'must be a comparison with a whole number, for example "< 1000", ">= 1" or "= 12"',
});

/** @returns undefined for what is no bound */
export function parseExitBound(text: string): ExitBound | undefined {
  const [, relation, digits, unit = ""] = notation.exec(text.trim()) ?? [];
  const count = Number(digits) * (factors[unit] ?? Number.NaN);
  if (relation === undefined || !Number.isSafeInteger(count)) return undefined;
  return { relation: relation as ExitBound["relation"], count };
}
