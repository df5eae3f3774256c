/** What was thrown, as one line: the kind of error is said where it tells more than "Error". */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message } = error;
  return name === "Error" ? message : `${name}: ${message}`;
}
