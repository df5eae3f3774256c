import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import type { Chain } from "./hash-chain/chain.ts";
import { subjects } from "./hash-chain/subjects.ts";
import { ways } from "./hash-chain/ways.ts";

/**
 * Not only the end of a run but each state on the way to it is a function of the guest: hashes at
 * the same instants are equal in other processes, under the other runtime, by each engine, with all
 * code translated or some of it, and wherever the driver cuts the run. Set HASH_CHAIN_SEED for other cuts.
 */
const main = fileURLToPath(new URL("./hash-chain/main.ts", import.meta.url));
const node = ["node"] as const;
const deno = ["deno", "run", "--no-prompt", "--allow-read"] as const;
const seed = Number(process.env.HASH_CHAIN_SEED ?? 1);
const [reference = ""] = ways.keys();

interface Other {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly way: string;
  readonly seed: number;
  readonly isMoved?: boolean;
}

const others: readonly Other[] = [
  { name: "in another process of Node, cut at random places", command: node, way: reference, seed },
  { name: "under Deno, not cut", command: deno, way: reference, seed: 0 },
  { name: "under Deno, cut at other places", command: deno, way: reference, seed: seed + 1 },
  { name: "by translate", command: node, way: "translate", seed: 0 },
  {
    name: "by translate under Deno, cut at random places",
    command: deno,
    way: "translate",
    seed: seed + 2,
  },
  ...(["translate-at-once", "translate-few"] as const).map((way, i) => ({
    ...{ name: `by ${way}, cut at random places`, command: node, way, seed: seed + 3 + i },
  })),
  ...(["translate-at-once", "translate-some"] as const).map((way, i) => ({
    ...{
      name: `by ${way} under Deno, cut at other places`,
      command: deno,
      way,
      seed: seed + 5 + i,
    },
  })),
  ...[
    ...["interpret", "translate-few"].map((way) => ({ way, command: node, runtime: "Node" })),
    ...[{ way: "translate-at-once", command: deno, runtime: "Deno" }],
  ].map(({ way, command, runtime }, i) => ({
    ...{ name: `by ${way} under ${runtime}, cloned and restored at random places`, command, way },
    ...{ seed: seed + 7 + i, isMoved: true },
  })),
];

async function chains(
  [program, ...options]: readonly [string, ...string[]],
  way: string,
  cuts: number,
  isMoved = false,
) {
  const words = [...options, main, way, String(cuts), ...(isMoved ? ["moved"] : [])];
  const { stdout } = await promisify(execFile)(program, words, { maxBuffer: 2 ** 26 });
  const lines = stdout.trim().split("\n");
  return new Map(
    lines.map((line): [string, Chain] => {
      const chain: Chain = JSON.parse(line);
      return [chain.guest, chain];
    }),
  );
}

let first: ReadonlyMap<string, Chain>;
beforeAll(async () => {
  first = await chains(node, reference, 0);
});

describe.each(others)("every state $name", ({ command, way, seed: cuts, isMoved }) => {
  let second: ReadonlyMap<string, Chain>;
  beforeAll(async () => {
    second = await chains(command, way, cuts, isMoved);
  });

  test.each(subjects.map(({ name }) => name))("of %s is the same", (name) => {
    expect(second.get(name)).toEqual(first.get(name));
  });
});

test("a chain is of states that differ, and of runs that end well", () => {
  expect(first.size).toBeGreaterThanOrEqual(10);
  for (const { guest, links, ending } of first.values()) {
    expect(links.length, guest).toBeGreaterThan(1);
    expect(new Set(links.map(({ hash }) => hash)).size, guest).toBe(links.length);
    expect(["budget", "power-off"], guest).toContain(ending);
  }
});
