import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import type { HoldReport } from "./pool/hold.ts";
import type { PoolReport } from "./pool/main.ts";

/** A worker's pool of pCPU threads, with real threads under both runtimes. */
const runtimes: Readonly<Record<string, readonly string[]>> = {
  node: [],
  deno: ["run", "--allow-all", "--unstable-worker-options"],
};
const reports = new Map<string, PoolReport>();

describe.each(Object.entries(runtimes))("under %s", (program, words) => {
  /** What a program of this folder prints. */
  const run = async (name: string) => {
    const path = fileURLToPath(new URL(`pool/${name}.ts`, import.meta.url));
    const options = { timeout: 170_000, killSignal: "SIGKILL", maxBuffer: 2 ** 24 } as const;
    const { stdout } = await promisify(execFile)(program, [...words, path], options);
    return JSON.parse(stdout);
  };
  let report: PoolReport;
  beforeAll(async () => {
    report = await run("main");
    reports.set(program, report);
  });

  test("guests come to their ends alone", () => {
    for (const { end, hash } of report.alone) {
      expect(end).toBe("completed");
      expect(hash).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  test("state hash and exit counts are the same alone and beside eleven others on two threads", () => {
    expect(report.together).toEqual([...report.alone, ...report.alone]);
  });

  test("when the thread that translates dies, guests come to the same ends, and another one takes its place", () => {
    expect(report.afterDeath).toEqual(report.alone);
    expect(report.deaths).toEqual([expect.stringContaining("another one takes its place")]);
  });

  test("translations that a run has left are given to all threads, and no guest can tell", () => {
    expect(report.keptBytes).toBeGreaterThan(1000);
    expect(report.again).toEqual(report.together);
  });

  test("a thread that is ended in the middle takes its runs only, which come to the same elsewhere", () => {
    expect(report.failed).toBeGreaterThan(0);
    expect(report.failed).toBeLessThan(12);
    expect(new Set(report.failures)).toEqual(new Set(["ended by the test"]));
    expect(report.again).toEqual(report.together);
    expect(report.threads).toBe(3);
  });

  test("a run that holds its thread ends as far as it came, its neighbour is tried again", async () => {
    const { holder, neighbour, later }: HoldReport = await run("hold");
    expect(holder).toBe("wall-clock");
    expect(neighbour).toContain("another run held the thread for too long");
    // Deno cannot end a thread that is held, so its part of the memory is nobody's any more.
    expect(later).toBe(program === "deno" ? "lost" : "completed");
  });

  test("nothing of the machine memory is in use at the end", () => {
    expect(report.inUse).toEqual({ frames: 0, heap: 0, codePages: 0 });
  });
});

test("both runtimes come to the same", () => {
  expect(reports.get("deno")?.alone).toEqual(reports.get("node")?.alone);
});
