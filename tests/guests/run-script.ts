import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { stringify } from "yaml";
import { cliProgram } from "../support/cli-program.ts";
import type { Turn } from "./talk-to-guest.ts";

/** A step of a console script, as in `trapline qemu --script`. */
export interface ScriptStep {
  readonly expect?: string;
  readonly send?: string;
  readonly "exit-code"?: number;
  /** Instructions, with a suffix. */
  readonly within?: string;
}

/** Most instructions between one turn and the next: a boot of a whole distribution takes 10 G. */
const patience = "40G";

/** The steps that hold a conversation in guest time, and wait for the guest to power off. */
export function scriptOf(turns: readonly Turn[], exitCode = 0): ScriptStep[] {
  const steps = turns.flatMap(([expected, typed]): ScriptStep[] => [
    { expect: expected.replaceAll(/[^\w\s]/g, "\\$&"), within: patience },
    { send: typed },
  ]);
  return [...steps, { "exit-code": exitCode, within: patience }];
}

/** What became of a scripted run. */
export interface ScriptedRun {
  /** Without carriage returns. */
  readonly console: string;
  /** What Trapline says on standard error: the steps, with the instruction at which each ended. */
  readonly report: string;
  readonly exitCode: number | null;
}

/** Runs `trapline qemu` with a script. The steps' limits are in guest time, so it ends by itself. */
export async function runScript(
  options: readonly string[],
  steps: readonly ScriptStep[],
): Promise<ScriptedRun> {
  const folder = mkdtempSync(`${tmpdir()}/trapline-script-`);
  try {
    const script = `${folder}/steps.yaml`;
    writeFileSync(script, stringify(steps));
    return await run([cliProgram, "qemu", ...options, "--script", script]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(words: readonly string[]): Promise<ScriptedRun> {
  return new Promise((resolve, reject) => {
    const machine = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"] });
    let console = "";
    let report = "";
    machine.stdout.on("data", (chunk: Buffer) => {
      console += chunk.toString("latin1");
    });
    machine.stderr.on("data", (chunk: Buffer) => {
      report += chunk.toString();
    });
    machine.on("error", reject);
    machine.on("close", (exitCode) => {
      resolve({ console: console.replaceAll("\r", ""), report, exitCode });
    });
  });
}
