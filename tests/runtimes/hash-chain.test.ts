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
 * code translated or some of it, and wherever the driver cuts the run or has another engine go on.
 * So are the counts of exits, but of `csr`, where an engine has every privileged instruction exit.
 * Set HASH_CHAIN_SEED for other cuts.
 */
const main = fileURLToPath(new URL("./hash-chain/main.ts", import.meta.url));
const node = ["node"] as const;
const deno = ["deno", "run", "--no-prompt", "--allow-read"] as const;
const seed = Number(process.env.HASH_CHAIN_SEED ?? 1);
const [reference = ""] = ways.keys();
const trapping = "trap-and-emulate";

/** What is done to the machine at the cuts; see `hash-chain/main.ts`. */
type Change = "moved" | "by-turns";

interface Other {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly way: string;
  readonly seed: number;
  readonly change?: Change;
}

const others: readonly Other[] = [
  { name: "in another process of Node, cut at random places", command: node, way: reference, seed },
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
  ...(["translate-at-once", "translate-some", "trap-and-emulate-at-once"] as const).map(
    (way, i) => ({
      ...{ name: `by ${way} under Deno, cut at other places`, command: deno, way },
      seed: seed + 5 + i,
    }),
  ),
  ...[
    ...["interpret", "translate-few"].map((way) => ({ way, command: node, runtime: "Node" })),
    ...[{ way: "translate-at-once", command: deno, runtime: "Deno" }],
  ].map(({ way, command, runtime }, i) => ({
    ...{ name: `by ${way} under ${runtime}, cloned and restored at random places`, command, way },
    ...{ seed: seed + 8 + i, change: "moved" as const },
  })),
  ...[
    { command: node, runtime: "Node" },
    { command: deno, runtime: "Deno" },
  ].map(({ command, runtime }, i) => ({
    name: `under ${runtime}, by another engine after each of the cuts`,
    ...{ command, way: "translate-at-once", seed: seed + 11 + i, change: "by-turns" as const },
  })),
];

async function chains(
  [program, ...options]: readonly [string, ...string[]],
  way: string,
  cuts: number,
  change?: Change,
) {
  const words = [...options, main, way, String(cuts), ...(change ? [change] : [])];
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
let trapped: ReadonlyMap<string, Chain>;
beforeAll(async () => {
  [first, trapped] = await Promise.all([chains(node, reference, 0), chains(node, trapping, 0)]);
});

const names = subjects.map(({ name }) => name);
const csrExits = (chain: Chain | undefined) => chain?.exits.csr ?? Number.NaN;
const withoutCsr = (chain: Chain | undefined) => ({ ...chain, exits: { ...chain?.exits, csr: 0 } });

describe(`every state by ${trapping}`, () => {
  test.each(names)("of %s is the same, and so are its exits but those of registers", (name) => {
    expect(withoutCsr(trapped.get(name))).toEqual(withoutCsr(first.get(name)));
    expect(csrExits(trapped.get(name))).toBeGreaterThanOrEqual(csrExits(first.get(name)));
  });

  test.each(["bench-syscall", "bench-faults"])("%s exits for each register then", (name) => {
    expect(csrExits(trapped.get(name))).toBeGreaterThan(40 * csrExits(first.get(name)));
  });
});

describe.each(others)("every state $name", ({ command, way, seed: cuts, change }) => {
  let second: ReadonlyMap<string, Chain>;
  beforeAll(async () => {
    second = await chains(command, way, cuts, change);
  });

  test.each(names)("of %s is the same", (name) => {
    const chain = second.get(name);
    if (change === "by-turns") {
      expect(withoutCsr(chain)).toEqual(withoutCsr(first.get(name)));
      expect(csrExits(chain)).toBeGreaterThanOrEqual(csrExits(first.get(name)));
      expect(csrExits(chain)).toBeLessThanOrEqual(csrExits(trapped.get(name)));
    } else expect(chain).toEqual((way.startsWith(trapping) ? trapped : first).get(name));
  });
});

test("a chain is of states that differ, and of runs that end well", () => {
  expect([...first.keys()]).toEqual(names);
  for (const { guest, links, ending } of first.values()) {
    expect(links.length, guest).toBeGreaterThan(1);
    expect(new Set(links.map(({ hash }) => hash)).size, guest).toBe(links.length);
    expect(["budget", "idle", "power-off"], guest).toContain(ending);
  }
});
