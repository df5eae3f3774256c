import { type Execution, executions } from "./executions.ts";

const dear = executions.filter(({ heat }) => heat !== undefined);

/**
 * All ways of executing, but of those that translate everything only one: they take four fifths of the
 * time. Rounds that are numbered in a row have each of them; `npm run fuzz` has all in every round.
 */
export function executionsInTurn(round: number): readonly Execution[] {
  const chosen = dear[round % dear.length];
  return executions.filter((one) => one.heat === undefined || one === chosen);
}
