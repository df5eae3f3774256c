/** A figure beside the goal that was set for it. */
export function judged(isMet: boolean, figure: string, goal: string): string {
  return `${isMet ? "pass" : "MISS"}  ${figure} (goal ${goal})`;
}
