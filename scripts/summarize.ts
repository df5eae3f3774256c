/** What the closing line of a test run needs to know of one test file. */
export interface FileOutcome {
  readonly hasFailed: boolean;
  readonly tests: readonly ("passed" | "failed" | "skipped" | "pending")[];
}

/**
 * One line: `N passed, N failed`, then `, N skipped` if there are any. Each error outside a test
 * counts as a failure: one that vitest caught on its own, and a file that failed although none of its
 * tests did (it did not load, a hook threw).
 */
export function summarize(files: readonly FileOutcome[], unhandledErrors: number): string {
  const tests = files.flatMap((file) => file.tests);
  const broken = files.filter((file) => file.hasFailed && !file.tests.includes("failed"));
  const passed = tests.filter((state) => state === "passed").length;
  const failed = tests.filter((state) => state === "failed").length;
  const skipped = tests.length - passed - failed;
  const failures = failed + broken.length + unhandledErrors;
  return `${passed} passed, ${failures} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
