/**
 * Runs all subjects and prints each one's chain of state hashes as a line of JSON:
 * `node main.ts WAY SEED`, `deno run -A main.ts WAY SEED`, with a way of `ways.ts`. The seed says where the runs are cut
 * in slices besides the places where they are hashed; 0 cuts nowhere else. With a third word,
 * `moved`, the machine is saved at a quarter of those cuts and goes on as a clone, or from its file
 * elsewhere; with `by-turns` it goes on from its file by any of the engines.
 */

import { engineNames } from "../../../shared/schema/engine-names.ts";
import { MemoryBlock } from "../../../workers/host/block-memory.ts";
import { nativeHash } from "../../../workers/host/native-hash.ts";
import {
  type Checksum,
  guestExits,
  type Machine,
  type MachineConfig,
  type MachineResources,
  type Monitor,
  readSnapshot,
  writeSnapshot,
} from "../../../workers/vmm/mod.ts";
import { Random } from "../../differential/random.ts";
import { recordedConsole } from "../../support/run-guest.ts";
import type { Chain, Link } from "./chain.ts";
import { type Subject, subjects } from "./subjects.ts";
import { type Way, ways } from "./ways.ts";

function chainOf(
  { name, config, disk, input, interval, links: most }: Subject,
  { engine }: Way,
  monitors: readonly [Monitor, Monitor],
  seed: number,
): Chain {
  const random = new Random(seed);
  const resources = {
    console: recordedConsole().sink,
    disks: new Map(disk && [["disk", new MemoryBlock(disk())]]),
  };
  let [here, there] = monitors;
  let machine = here.createMachine({ ...config(), engine }, resources);
  machine.sendConsole(new TextEncoder().encode(input));
  const links: Link[] = [];
  let ending = "budget";
  while (ending === "budget" && links.length < most) {
    const rest = interval - (machine.steps % interval);
    ending = machine.run(seed === 0 ? rest : Math.min(rest, sliceLength(random, interval))).kind;
    if (ending === "budget" && machine.steps % interval !== 0) {
      if (change === undefined || random.chance(0.75)) continue;
      const isFar = change === "by-turns" || random.chance(0.5);
      const next = change === "by-turns" ? random.pick(engineNames) : engine;
      machine = isFar ? moved(machine, there, resources, next) : cloned(machine, resources);
      if (isFar) [here, there] = [there, here];
      continue;
    }
    links.push({ steps: machine.steps, hash: machine.stateHash(nativeHash) });
  }
  const exits = guestExits(machine.exitCounts());
  machine.dispose();
  return { guest: name, links, ending, exits };
}

const checksum: Checksum = (bytes) => {
  const hash = nativeHash();
  hash.update(bytes);
  return hash.digest();
};

function moved(
  machine: Machine,
  to: Monitor,
  resources: MachineResources,
  engine: NonNullable<MachineConfig["engine"]>,
): Machine {
  const file = writeSnapshot(machine, { checksum });
  machine.dispose();
  const { state, ram } = readSnapshot(file, { checksum });
  const hardware = { ...state.hardware, engine };
  return to.restoreMachine({ ...state, hardware }, ram, resources);
}

function cloned(machine: Machine, resources: MachineResources): Machine {
  const clone = machine.fork(resources);
  machine.dispose();
  return clone;
}

/** Mostly a good part of an interval, now and then a few instructions. */
function sliceLength(random: Random, interval: number): number {
  return random.chance(0.1) ? random.between(1, 20) : random.between(1, interval);
}

const way = ways.get(process.argv[2] ?? "");
if (!way) throw new Error(`the way is one of ${[...ways.keys()].join(", ")}`);
const seed = Number(process.argv[3] ?? 0);
const change = process.argv[4];
if (![undefined, "moved", "by-turns"].includes(change)) throw new Error(`no change is ${change}`);
const monitors = [way.monitor(), way.monitor()] as const;
for (const subject of subjects) console.log(JSON.stringify(chainOf(subject, way, monitors, seed)));
const statistics = monitors.map(({ translations }) => translations);
const regions = statistics.reduce((sum, { regions }) => sum + regions, 0);
const failed = statistics.reduce((sum, { failed }) => sum + failed, 0);
if (regions > 0 !== way.translates || failed > 0 !== way.fails) {
  throw new Error(`${regions} regions were made and ${failed} could not be`);
}
