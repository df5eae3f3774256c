import fc from "fast-check";
import { expect, test } from "vitest";
import type { CheckpointImage } from "../../../shared/blob/checkpoints/checkpoint-image.ts";
import { CheckpointStore } from "../../../shared/blob/checkpoints/checkpoint-store.ts";
import { Collector } from "../../../shared/blob/collector/collector.ts";
import { PageStore } from "../../../shared/blob/pages/page-store.ts";
import { busyGuest } from "../../../tests/support/busy-guest.ts";
import {
  emptyContent,
  MemoryObjects,
  type StoreContent,
} from "../../../tests/support/memory-objects.ts";
import { bareMetal, recordedConsole, smallMonitor } from "../../../tests/support/run-guest.ts";
import { nativeHash } from "../../host/native-hash.ts";
import { guestExits, type Machine } from "../../vmm/mod.ts";
import { captureMachine } from "./machine-content.ts";
import { machineOf } from "./machine-of.ts";

const config = bareMetal(busyGuest(400), { ramBytes: 16 * 2 ** 20 });

function open(content: StoreContent): CheckpointStore {
  return new CheckpointStore(new PageStore(new MemoryObjects(content)));
}

/** What must be the same in every run: state, exits but for the monitor's own, instructions. */
function outcome(machine: Machine) {
  const end = machine.run(1e9);
  return {
    end,
    hash: machine.stateHash(nativeHash),
    retired: machine.retired,
    exits: guestExits(machine.exitCounts()),
  };
}

const ways = fc.constantFrom("stays", "with all pages", "with some pages");

/** Runs one that may lack pages which the image has. */
async function runWith(machine: Machine, instructions: number, image: CheckpointImage | undefined) {
  const end = machine.steps + instructions;
  for (;;) {
    const stop = machine.run(end - machine.steps);
    if (stop.kind !== "absent") return;
    machine.ram.supply(stop.page, (await image?.readPage(stop.page)) ?? new Uint8Array(4096));
  }
}

const alone = smallMonitor().createMachine(config, {
  console: recordedConsole().sink,
  disks: new Map(),
});
const undisturbed = outcome(alone);

test("a machine that goes through the store at any instants, from monitor to monitor, is the undisturbed one", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 60_000 }), ways), {
        minLength: 1,
        maxLength: 8,
      }),
      async (steps) => {
        const content = emptyContent();
        const resources = { console: recordedConsole().sink, disks: new Map() };
        let machine = smallMonitor().createMachine(config, resources);
        let epoch = 1;
        let { writer } = await open(content).claim({ name: "run", epoch });
        let log = machine.ram.openDirtyLog();
        let isFirst = true;
        let image: CheckpointImage | undefined;
        let later: readonly number[] = [];
        for (const [instructions, moves] of steps) {
          await runWith(machine, instructions, image);
          const changed = log.harvest();
          const captured = captureMachine(machine, isFirst ? undefined : changed);
          await writer.publish(captured.content);
          captured.release();
          isFirst = false;
          if (moves === "stays") continue;
          machine.dispose();
          await new Collector(new MemoryObjects(content), { grace: -1 }).collect();
          const claimed = await open(content).claim({ name: "run", epoch: ++epoch });
          if (claimed.image === undefined) throw new Error("the run has no checkpoint");
          image = claimed.image;
          const { state, ram } = await machineOf(image, { isLazy: moves === "with some pages" });
          later = ram.absent;
          machine = smallMonitor().restoreMachine(state, ram, resources);
          log = machine.ram.openDirtyLog();
          writer = claimed.writer;
        }
        for await (const { page, bytes } of image?.read(later) ?? []) {
          machine.ram.supply(page, bytes);
        }
        const end = outcome(machine);
        machine.dispose();
        expect(end).toEqual(undisturbed);
      },
    ),
    { numRuns: 12 },
  );
}, 120_000);

test("a machine that is not here whole cannot be saved whole", async () => {
  const content = emptyContent();
  const resources = { console: recordedConsole().sink, disks: new Map() };
  const source = smallMonitor().createMachine(config, resources);
  source.run(100_000);
  const { writer } = await open(content).claim({ name: "run", epoch: 1 });
  await writer.publish(captureMachine(source).content);
  const image = await open(content).open("run", "run");
  if (image === undefined) throw new Error("the run has no checkpoint");
  const { state, ram } = await machineOf(image, { isLazy: true });
  const machine = smallMonitor().restoreMachine(state, ram, resources);
  expect(() => captureMachine(machine)).toThrow("not here whole");
});

test("a machine that begins before its pages are there is the undisturbed one, too", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 200_000 }),
      fc.integer({ min: 0, max: 40 }),
      async (instructions, prefetched) => {
        const content = emptyContent();
        const resources = { console: recordedConsole().sink, disks: new Map() };
        const source = smallMonitor().createMachine(config, resources);
        source.run(instructions);
        const { writer } = await open(content).claim({ name: "run", epoch: 1 });
        const captured = captureMachine(source);
        await writer.publish(captured.content);
        captured.release();
        source.dispose();
        const image = await open(content).open("run", "run");
        if (image === undefined) throw new Error("the run has no checkpoint");
        const { state, ram } = await machineOf(image, { isLazy: true });
        expect(ram.absent.length + [...ram.pages()].length).toBeGreaterThan(1);
        const machine = smallMonitor().restoreMachine(state, ram, resources);
        for await (const { page, bytes } of image.read(ram.absent.slice(0, prefetched))) {
          machine.ram.supply(page, bytes);
        }
        for (;;) {
          const stop = machine.run(1e9);
          if (stop.kind !== "absent") break;
          const bytes = await image.readPage(stop.page);
          machine.ram.supply(stop.page, bytes ?? new Uint8Array(4096));
        }
        // The state's hash is over all of the RAM: what the guest never asked for comes, too.
        for await (const { page, bytes } of image.read(ram.absent)) machine.ram.supply(page, bytes);
        const end = outcome(machine);
        machine.dispose();
        expect(end).toEqual(undisturbed);
      },
    ),
    { numRuns: 12 },
  );
}, 120_000);

test("a section that is missing is named", async () => {
  const content = emptyContent();
  const { writer } = await open(content).claim({ name: "run", epoch: 1 });
  await writer.publish({ pages: [], isWhole: true, parts: [], notes: {} });
  const image = await open(content).open("run", "run");
  if (image === undefined) throw new Error("the run has no checkpoint");
  await expect(machineOf(image)).rejects.toThrow("hardware");
});
