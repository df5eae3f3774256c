/** What a text says as JSON. @returns undefined where it is none: no schema takes that */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
