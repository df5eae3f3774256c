import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { engines } from "../support/engines.ts";
import type { Chain } from "./hash-chain/chain.ts";
import { subjects } from "./hash-chain/subjects.ts";

/**
 * Not only the end of a run but each state on the way to it is a function of the guest: hashes at
 * the same instants are equal in other processes, under the other runtime, by each engine, and
 * wherever the driver cuts the run. Set HASH_CHAIN_SEED for other cuts.
 */
const main = fileURLToPath(new URL("./hash-chain/main.ts", import.meta.url));
const node = ["node"] as const;
const deno = ["deno", "run", "--no-prompt", "--allow-read"] as const;
const seed = Number(process.env.HASH_CHAIN_SEED ?? 1);

const others = [
  {
    ...{ name: "in another process of Node, cut at random places" },
    ...{ command: node, engine: engines[0], seed },
  },
  { name: "under Deno, not cut", command: deno, engine: engines[0], seed: 0 },
  {
    ...{ name: "under Deno, cut at other places" },
    ...{ command: deno, engine: engines[0], seed: seed + 1 },
  },
  ...engines.slice(1).flatMap((engine) => [
    { name: `by the engine ${engine}`, command: node, engine, seed: 0 },
    {
      ...{ name: `by the engine ${engine} under Deno, cut at random places` },
      ...{ command: deno, engine, seed: seed + 2 },
    },
  ]),
];

async function chains(
  [program, ...options]: readonly [string, ...string[]],
  engine: string,
  cuts: number,
) {
  const words = [...options, main, engine, String(cuts)];
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
  first = await chains(node, engines[0], 0);
});

describe.each(others)("every state $name", ({ command, engine, seed: cuts }) => {
  let second: ReadonlyMap<string, Chain>;
  beforeAll(async () => {
    second = await chains(command, engine, cuts);
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
