import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import LongestFirst from "./scripts/longest-first.ts";

/**
 * Two projects: `unit` is what `npm run check` runs between two edits, `system` starts processes,
 * boots guests and compares with QEMU. At most three workers: a guest keeps a core busy, and tests wait a fifth of their time.
 * Time limits are there for what hangs: they leave room for a machine that is busy with other work.
 */
const systemTests =
  "tests/{deploy,differential,runtimes,integration,e2e,golden,guests,migration,package}/**/*.test.ts";
const setupFiles = ["tests/support/seed-properties.ts"];
/**
 * Of programs that tests start. Node keeps here what it has compiled, so that the hundredth start of a
 * worker does not take the types out of its sources again (`trapline` has a place for it, too).
 */
const env = {
  NODE_COMPILE_CACHE:
    process.env.NODE_COMPILE_CACHE ?? fileURLToPath(new URL(".cache/compiled", import.meta.url)),
};
/** What is waited for comes when it comes; a second, Vitest's own limit, is little on a busy machine. */
const expect = { poll: { timeout: 30_000 } };
const leftOut = ["**/node_modules/**", "**/dist/**"];

export default defineConfig({
  test: {
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    reporters: ["default", "./scripts/summary-reporter.ts"],
    projects: [
      {
        test: {
          name: "unit",
          include: ["**/*.test.ts"],
          exclude: [...leftOut, systemTests],
          setupFiles,
          env,
          expect,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "system",
          include: [systemTests],
          exclude: leftOut,
          setupFiles,
          env,
          expect,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
