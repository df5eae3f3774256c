/** True for an error of the file system with one of these codes. */
export function isHostError(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
