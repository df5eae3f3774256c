/**
 * The threads of a worker share what is compiled: the thread that translates compiles a region once,
 * whichever of the others ask for it, and posts its module to them.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";

const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const threads = 3;

interface Compilation {
  readonly thread: string;
  /** Of each function's body. */
  readonly functions: readonly string[];
}

let all: readonly Compilation[] = [];
let report: { first: string[]; again: string[]; loads: number };

beforeAll(async () => {
  const words = ["--import", path("./engines/report-modules.mjs"), path("./compilations/main.ts")];
  const options = { timeout: 110_000, killSignal: "SIGKILL", maxBuffer: 2 ** 24 } as const;
  const { stdout, stderr } = await promisify(execFile)("node", words, options);
  report = JSON.parse(stdout);
  const modules = stderr.split(/^compiled /m).slice(1);
  all = modules.map((said) => ({
    thread: /^\d+/.exec(said)?.[0] ?? "",
    functions: [...said.matchAll(/^function \d+ ([0-9a-f]{64})$/gm)].map(([, hash = ""]) => hash),
  }));
}, 120_000);

/** The interpreter with all that belongs to it is a module of hundreds of functions, regions come some at a time. */
const most = 16;
const interpreters = () => all.filter(({ functions }) => functions.length > most);
const regions = () => all.filter(({ functions }) => functions.length <= most);

test("guests that run beside each other, and again, come to the same", () => {
  expect(report.loads).toBe(threads);
  expect(report.again).toEqual(report.first);
  expect(new Set(report.first).size).toBe(2);
});

test("no region is compiled twice, on however many threads it is executed", () => {
  const bodies = regions().flatMap(({ functions }) => functions);
  expect(bodies.length).toBeGreaterThan(20);
  expect(new Set(bodies).size).toBe(bodies.length);
});

test("regions are compiled by one thread, which executes none", () => {
  const executing = new Set(interpreters().map(({ thread }) => thread));
  expect(executing.size).toBe(threads);
  const translating = [...new Set(regions().map(({ thread }) => thread))];
  expect(translating).toHaveLength(1);
  expect(executing).not.toContain(translating[0]);
});

// V8 has the machine code of equal bytes once for all threads (decision 71).
test("an executing thread compiles its interpreter, once, and nothing else", () => {
  expect(interpreters()).toHaveLength(threads);
});
