import type { Reporter, TestModule } from "vitest/node";
import { summarize } from "./summarize.ts";

/** Closes vitest's output with one plain line for machines and hurried people. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const files = modules.map((module) => ({
      hasFailed: !module.ok(),
      tests: [...module.children.allTests()].map((test) => test.result().state),
    }));
    // After the turn in which vitest's own reporters print theirs.
    setImmediate(() => console.log(summarize(files, unhandledErrors.length)));
  }
}
