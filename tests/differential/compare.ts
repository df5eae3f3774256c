/**
 * Runs programs in QEMU and here, in every way of executing them, and explains the first difference:
 * where it came from, the smallest program that still shows it, and the words that differ.
 */

import { differences } from "./differences.ts";
import { disassembly } from "./disassembly.ts";
import { type Execution, executions } from "./executions.ts";
import { knownDeviations } from "./known-deviations.ts";
import type { Qemu } from "./qemu.ts";
import { runInMonitor } from "./run-in-monitor.ts";
import { runInQemu } from "./run-in-qemu.ts";
import type { AnyProgram, Suite } from "./suite.ts";

export interface Comparison {
  readonly programs: number;
  /** Instructions of the programs that were executed, without the harness around them. */
  readonly instructions: number;
  /** Undefined where all outcomes are equal. */
  readonly difference?: string;
}

const pageBytes = 4096;

/**
 * @param ways of executing, all of which are tried on a program that ends otherwise in one of them
 * @param signal ends QEMU, and rejects
 */
export async function compareWithQemu<P extends AnyProgram>(
  qemu: Qemu,
  suite: Suite<P>,
  programs: readonly P[],
  ways: readonly Execution[] = executions,
  signal?: AbortSignal,
): Promise<Comparison> {
  const image = suite.build(programs);
  const inQemu = runInQemu(qemu, image.bytes, 2, signal);
  const ours = ways.map((execution) => runInMonitor(image.bytes, execution));
  const expected = linesOf(await inQemu);
  const harness = runInMonitor(
    suite.build(programs.map(emptied)).bytes,
    executions[0] as Execution,
  ).retired;
  const instructions = (ours[0]?.retired ?? 0) - harness;
  const counts = { programs: programs.length, instructions };
  const lines = ours.map(({ console }) => linesOf(console));
  const wrong = programs.findIndex((_, i) => lines.some((line) => line[i] !== expected[i]));
  if (wrong === -1) return counts;
  return { ...counts, difference: await explain({ qemu, suite, signal }, programs, wrong) };
}

interface Setting<P extends AnyProgram> {
  readonly qemu: Qemu;
  readonly suite: Suite<P>;
  readonly signal: AbortSignal | undefined;
}

async function explain<P extends AnyProgram>(
  setting: Setting<P>,
  programs: readonly P[],
  wrong: number,
): Promise<string> {
  const { qemu, suite } = setting;
  const image = suite.build(programs);
  const original = programs[wrong] as P;
  const alone: P = { ...original, padding: 0 };
  const start = suite.build([alone]).codeAddress(0);
  // At the same place of a page, so that the same instructions straddle two.
  const padding = (image.codeAddress(wrong) - start) & (pageBytes - 1);
  const shown = await shrink(setting, { ...alone, padding });
  const [among, index] = shown ? [[shown], 0] : [programs, wrong];
  const place = shown ? "alone and shrunk" : "only after the programs in front of it";
  return [
    `${original.name} ends otherwise than in ${qemu.name} (${place}):`,
    disassembly(suite.build(among), index),
    ...(await differencesOf(setting, among, index)),
    `It should be none of the known deviations: ${knownDeviations.map(({ name }) => name).join(", ")}.`,
  ].join("\n");
}

async function differencesOf<P extends AnyProgram>(
  { qemu, suite, signal }: Setting<P>,
  programs: readonly P[],
  index: number,
) {
  const { bytes } = suite.build(programs, index);
  const theirs = await runInQemu(qemu, bytes, 2, signal);
  return executions.flatMap((execution) => [
    `${execution.name}:`,
    ...differences(suite.names, runInMonitor(bytes, execution).console, theirs).map(
      (line) => `  ${line}`,
    ),
  ]);
}

/** Leaves out items in ever smaller runs. @returns undefined where the program alone does no harm */
async function shrink<P extends AnyProgram>(
  { qemu, suite, signal }: Setting<P>,
  program: P,
): Promise<P | undefined> {
  const differs = async (candidate: P): Promise<boolean> => {
    const { bytes } = suite.build([candidate]);
    const expected = await runInQemu(qemu, bytes, 2, signal).catch(() => undefined);
    signal?.throwIfAborted();
    // What is left may hang in QEMU: then it shows nothing.
    if (expected === undefined) return false;
    return executions.some((execution) => runInMonitor(bytes, execution).console !== expected);
  };
  if (!(await differs(program))) return undefined;
  let best = program;
  for (let run = program.items.length >> 1; run > 0; run >>= 1) {
    for (let first = 0; first < program.items.length; first += run) {
      const items = best.items.map((item, i) => (i >= first && i < first + run ? [] : item));
      if (items.every((item, i) => item.length === best.items[i]?.length)) continue;
      const candidate = { ...best, items };
      if (await differs(candidate)) best = candidate;
    }
  }
  return best;
}

function emptied<P extends AnyProgram>(program: P): P {
  return { ...program, padding: 0, items: [] };
}

function linesOf(console: string): string[] {
  return console.trimEnd().split("\n");
}
