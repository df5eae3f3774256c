import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { machineFacts } from "../bench/machine-facts.ts";
import type { Boot } from "../guests/boots.ts";
import { type Guest, goldenPath, sectorDisk } from "../guests/guests.ts";
import { runGuest } from "../guests/run-guest.ts";
import { runScript, scriptOf } from "../guests/run-script.ts";
import { talkToGuest } from "../guests/talk-to-guest.ts";
import {
  type BootMeasurement,
  type BootMeasurements,
  measurementKey,
} from "./boot-measurements.ts";
import { booted } from "./booted.ts";

const trapline = [
  process.execPath,
  fileURLToPath(new URL("../../services/cli/main.ts", import.meta.url)),
  "qemu",
] as const;
const patienceMilliseconds = 600_000;
const qemu = ["qemu-system-riscv64"] as const;

/** One run in each emulator: its seconds, and what our machine counted. */
interface Sample {
  readonly instructions: number;
  readonly ours: number;
  readonly theirs: number;
}

/**
 * Boots all guests of the table in both emulators. Ours is talked to in guest time, so that it
 * retires the same instructions in every run; QEMU is typed to as soon as it prints.
 *
 * @param say receives one line per guest
 * @throws Error when a guest does not come to its end
 */
export async function measureBoots(
  rounds: number,
  say: (line: string) => void,
): Promise<BootMeasurements> {
  const facts = machineFacts();
  const boots: Record<string, BootMeasurement> = {};
  for (const guest of booted) {
    // A guest that hangs on purpose has no end to measure to.
    if ("name" in guest.start && guest.start.exitCode === undefined) continue;
    const samples: Sample[] = [];
    while (samples.length < rounds) samples.push(await sample(guest.start));
    const measurement = {
      instructions: samples[0]?.instructions ?? 0,
      ourSeconds: median(samples.map(({ ours }) => ours)),
      qemuSeconds: median(samples.map(({ theirs }) => theirs)),
    };
    if (samples.some(({ instructions }) => instructions !== measurement.instructions)) {
      throw new Error(`${guest.name} retires another number of instructions in every run`);
    }
    boots[measurementKey(guest)] = measurement;
    say(`${measurementKey(guest)}: ${JSON.stringify(measurement)}`);
  }
  return { facts, rounds, boots };
}

async function sample(start: Boot | Guest): Promise<Sample> {
  const folder = mkdtempSync(`${tmpdir()}/trapline-boots-`);
  try {
    const exits = `${folder}/exits.json`;
    const runs =
      "name" in start ? guestRuns(start, folder, exits) : await bootRuns(start, folder, exits);
    const ours = await seconds(runs.ours);
    const theirs = await seconds(runs.theirs);
    const { instructions } = JSON.parse(readFileSync(exits, "utf8"));
    return { instructions, ours, theirs };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type Run = () => Promise<{
  readonly console: string;
  readonly exitCode?: number | null | undefined;
}>;
interface Runs {
  readonly ours: Run;
  readonly theirs: Run;
}

function guestRuns(guest: Guest, folder: string, exits: string): Runs {
  const { length } = readFileSync(goldenPath(guest.name));
  const script = `${folder}/script.yaml`;
  const input = guest.input === undefined ? [] : [{ send: guest.input }];
  writeFileSync(script, stringify([...input, { "exit-code": guest.exitCode, within: "40G" }]));
  const run = (emulator: readonly [string, ...string[]], disk: string) => () => {
    if (guest.disk) writeFileSync(disk, sectorDisk());
    return runGuest(emulator, guest, length, guest.disk && disk);
  };
  return {
    ours: run([...trapline, "--script", script, "--exits", exits], `${folder}/our-disk`),
    theirs: run(qemu, `${folder}/their-disk`),
  };
}

async function bootRuns({ options, turns }: Boot, folder: string, exits: string): Promise<Runs> {
  const words = await options(folder);
  return {
    ours: () => runScript([...words, "--exits", exits], scriptOf(turns)),
    theirs: () => talkToGuest(qemu, words, turns, patienceMilliseconds),
  };
}

async function seconds(run: Run): Promise<number> {
  const started = performance.now();
  const { console, exitCode } = await run();
  if (exitCode !== 0) throw new Error(`a guest ended with ${exitCode}:\n${console.slice(-2000)}`);
  return (performance.now() - started) / 1000;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const [low = 0, high = 0] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return (low + high) / 2;
}
