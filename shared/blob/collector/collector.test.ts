import fc from "fast-check";
import { expect, test } from "vitest";
import { Interleaving } from "../../../tests/support/interleaving.ts";
import {
  emptyContent,
  MemoryObjects,
  type StoreContent,
} from "../../../tests/support/memory-objects.ts";
import { BlobError } from "../blob-error.ts";
import { CheckpointStore } from "../checkpoints/checkpoint-store.ts";
import type { CheckpointWriter } from "../checkpoints/checkpoint-writer.ts";
import { ObjectBlobs } from "../object-blobs.ts";
import { PageStore } from "../pages/page-store.ts";
import { RootStore } from "../roots/root-store.ts";
import { Collector, type CollectorOptions } from "./collector.ts";

/** Few contents, so that actors share pages, drop them, and want them again. */
const contents = 7;
const ramPages = 6;

function page(content: number): Uint8Array {
  const bytes = new Uint8Array(4096);
  if (content > 0) bytes.fill(content).set([content, 1, 2, 3], 64);
  return bytes;
}

/** What each checkpoint's RAM must hold, by the name of the checkpoint's run and a number. */
type Ram = readonly number[];

class World {
  readonly content: StoreContent = emptyContent();
  readonly turns: Interleaving;
  /** By the token that a checkpoint's notes name. */
  readonly rams = new Map<string, Ram>();
  clock = 1;

  constructor(seed: number) {
    this.turns = new Interleaving(seed);
  }

  objects(actor?: string): MemoryObjects {
    const turn = actor === undefined ? undefined : this.turns.turn(actor);
    return new MemoryObjects(this.content, turn, () => this.clock++);
  }

  checkpoints(actor?: string): CheckpointStore {
    const knownPages = this.turns.choose(4) === 0 ? 4 : 1000;
    const refresh = this.turns.choose(2) === 0 ? 0 : 1e9;
    const options = { knownPages, refresh, now: () => this.clock++ };
    return new CheckpointStore(new PageStore(this.objects(actor), options), {
      now: () => this.clock++,
      pause: async () => {
        await this.turns.turn(actor ?? "nobody")("pause");
      },
    });
  }

  /** Everything that any root leads to is there, and is what was published. */
  async check(): Promise<void> {
    const store = this.checkpoints();
    for await (const { root } of store.roots.list()) {
      if (root.removed !== null) continue;
      for (const blob of root.blobs) await new ObjectBlobs(this.objects()).read(blob);
      if (root.checkpoint === null) continue;
      const image = await store.load(root.checkpoint);
      const ram = this.rams.get(String(image.header.notes.token));
      expect(ram).toBeDefined();
      const found: number[] = Array.from({ length: ramPages }, () => 0);
      for await (const { page: number, bytes } of image.read()) found[number] = bytes[0] ?? 0;
      expect(found).toEqual(ram);
      const section = image.header.parts[0];
      if (section) expect((await image.readPart("section", "state")).length).toBe(section.bytes);
    }
  }
}

/** Errors that an actor of a crowd has to expect; everything else is a defect. */
const expected = new Set(["stale", "collected", "busy", "not-found"]);

async function forgive(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof BlobError && expected.has(error.code))) throw error;
  }
}

async function publish(world: World, writer: CheckpointWriter, ram: number[], isWhole: boolean) {
  const { turns } = world;
  const written = isWhole ? ram.map((_, number) => number) : [];
  for (let writes = 1 + turns.choose(3); writes > 0; writes--) {
    const number = turns.choose(ramPages);
    ram[number] = turns.choose(contents);
    written.push(number);
  }
  const token = `${world.rams.size}`;
  world.rams.set(token, [...ram]);
  const pages = [...new Set(written)].sort().map((number) => {
    return { page: number, bytes: page(ram[number] ?? 0) };
  });
  const parts =
    turns.choose(2) === 0
      ? [
          {
            kind: "section" as const,
            name: "state",
            bytes: page(turns.choose(contents)).subarray(9),
          },
        ]
      : [];
  await writer.publish({ pages, isWhole, parts, notes: { token } });
}

async function runActor(world: World, actor: string, run: string, epoch: number): Promise<void> {
  const store = world.checkpoints(actor);
  const template = world.turns.choose(2) === 0 ? "base" : undefined;
  const claim = { name: run, epoch };
  let claimed: Awaited<ReturnType<typeof store.claim>>;
  try {
    claimed = await store.claim(claim, template);
  } catch (error) {
    if (!(error instanceof BlobError && error.code === "not-found")) throw error;
    claimed = await store.claim(claim);
  }
  const { writer, image } = claimed;
  const token = image?.header.notes.token;
  const ram = [...(world.rams.get(String(token)) ?? Array.from({ length: ramPages }, () => 0))];
  for (let times = 1 + world.turns.choose(4); times > 0; times--) {
    await publish(world, writer, ram, image === undefined || world.turns.choose(3) === 0);
  }
  if (world.turns.choose(2) === 0) await store.makeTemplate(run, { name: "base", epoch });
  if (world.turns.choose(3) === 0) await store.remove("run", run, epoch);
}

async function blobActor(world: World, actor: string): Promise<void> {
  const store = world.checkpoints(actor);
  const blobs = new ObjectBlobs(world.objects(actor));
  for (let times = 0; times < 2; times++) {
    const { hash } = await blobs.put([Uint8Array.of(world.turns.choose(3))]);
    const name = `${actor}-${times}`;
    await store.protect("submission", name, [hash]);
    if (world.turns.choose(2) === 0) await store.remove("submission", name, 0);
  }
}

async function collectorActor(
  world: World,
  actor: string,
  options: CollectorOptions,
): Promise<void> {
  for (let times = 0; times < 3; times++) {
    await forgive(async () => {
      await new Collector(world.objects(actor), {
        now: () => world.clock++,
        rewriteBelow: 0.3 + world.turns.choose(7) / 10,
        ...options,
      }).collect();
    });
  }
}

/**
 * Runs a crowd: writers in several epochs, templates, submissions, two collectors, no grace at all.
 * Any of them may die or sleep at any step; the sleepers wake up when the others have ended.
 */
async function crowd(seed: number, options: CollectorOptions, hasBlobs: boolean): Promise<World> {
  const world = new World(seed);
  const { turns } = world;
  const defects: unknown[] = [];
  const start = (actor: string, act: () => Promise<void>) =>
    turns.start(actor, () => forgive(act).catch((error: unknown) => void defects.push(error)));
  for (const run of ["r1", "r2", "r3"]) {
    start(`${run}@1`, () => runActor(world, `${run}@1`, run, 1));
    if (turns.choose(2) === 0) start(`${run}@2`, () => runActor(world, `${run}@2`, run, 2));
  }
  if (hasBlobs) start("submission", () => blobActor(world, "submission"));
  if (hasBlobs) start("submission2", () => blobActor(world, "submission2"));
  for (const actor of ["collector", "collector2", "collector3"].slice(0, 1 + turns.choose(3))) {
    start(actor, () => collectorActor(world, actor, options));
  }
  const before = async (actor: string, step: string) => {
    // A sleeper's next step is one that it takes late, after looking at a store of long ago.
    if (turns.choose(actor.startsWith("collector") ? 25 : 60) === 0) turns.sleep(actor);
    if (turns.choose(100) === 0) turns.wake();
    if (/^(removed|moved)/.test(step)) await world.check();
  };
  await turns.run(before);
  await world.check();
  if (turns.choose(2) === 0) {
    turns.wake();
    await turns.run(async (_, step) => {
      if (/^(removed|moved)/.test(step)) await world.check();
    });
  }
  await world.check();
  expect(defects).toEqual([]);
  return world;
}

test("whatever order writers and collectors take their steps in, and wherever they sleep or die, what a root leads to is there", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      await crowd(seed, { grace: 0, takeOver: true }, false);
    }),
    { numRuns: Number(process.env.TRAPLINE_CROWDS ?? 40) },
  );
}, 600_000);

test("so it is with blobs, as long as collectors keep to their leases", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      await crowd(seed, { grace: 0, takeOver: false, lease: 1e9, blobs: true }, true);
    }),
    { numRuns: Number(process.env.TRAPLINE_CROWDS ?? 40) },
  );
}, 600_000);

test("after the last run has gone, a collection leaves an empty store", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const world = await crowd(seed, { grace: 0, takeOver: true, blobs: true }, true);
      const roots = new RootStore(world.objects());
      for await (const { root } of roots.list()) {
        await world.checkpoints().remove(root.kind, root.name, 1e6);
      }
      const options = { grace: 0, takeOver: true, blobs: true, now: () => world.clock++ };
      await new Collector(world.objects(), options).collect();
      // A list of the condemned may be left of a collector that died.
      const left = [...world.content.objects.keys()].filter((key) => !key.startsWith("condemned/"));
      expect(left).toEqual([]);
    }),
    { numRuns: 10 },
  );
}, 600_000);
