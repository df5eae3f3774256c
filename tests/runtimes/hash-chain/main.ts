/**
 * Runs all subjects and prints each one's chain of state hashes as a line of JSON:
 * `node main.ts ENGINE SEED`, `deno run -A main.ts ENGINE SEED`. The seed says where the runs are cut
 * in slices besides the places where they are hashed; 0 cuts nowhere else.
 */
import { MemoryBlock } from "../../../workers/host/block-memory.ts";
import { Random } from "../../differential/random.ts";
import { engines } from "../../support/engines.ts";
import { recordedConsole, smallMonitor } from "../../support/run-guest.ts";
import type { Chain, Link } from "./chain.ts";
import { type Subject, subjects } from "./subjects.ts";

const monitor = smallMonitor(256 * 2 ** 20);

function chainOf(
  { name, config, disk, input, interval, links: most }: Subject,
  engine: (typeof engines)[number],
  seed: number,
): Chain {
  const random = new Random(seed);
  const machine = monitor.createMachine(
    { ...config(), engine },
    {
      console: recordedConsole().sink,
      disks: new Map(disk && [["disk", new MemoryBlock(disk())]]),
    },
  );
  machine.sendConsole(new TextEncoder().encode(input));
  const links: Link[] = [];
  let ending = "budget";
  while (ending === "budget" && links.length < most) {
    const rest = interval - (machine.steps % interval);
    ending = machine.run(seed === 0 ? rest : Math.min(rest, sliceLength(random, interval))).kind;
    if (ending === "budget" && machine.steps % interval !== 0) continue;
    links.push({ steps: machine.steps, hash: machine.stateHash() });
  }
  const exits = machine.exitCounts();
  machine.dispose();
  return { guest: name, links, ending, exits };
}

/** Mostly a good part of an interval, now and then a few instructions. */
function sliceLength(random: Random, interval: number): number {
  return random.chance(0.1) ? random.between(1, 20) : random.between(1, interval);
}

const engine = engines.find((name) => name === process.argv[2]);
if (!engine) throw new Error(`the engine is one of ${engines.join(", ")}`);
const seed = Number(process.argv[3] ?? 0);
for (const subject of subjects) console.log(JSON.stringify(chainOf(subject, engine, seed)));
