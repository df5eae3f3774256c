import fc from "fast-check";
import { expect, test } from "vitest";
import { CheckpointStore } from "../../../shared/blob/checkpoints/checkpoint-store.ts";
import { Collector } from "../../../shared/blob/collector/collector.ts";
import { PageStore } from "../../../shared/blob/pages/page-store.ts";
import { busyGuest } from "../../../tests/support/busy-guest.ts";
import { emptyContent, MemoryObjects } from "../../../tests/support/memory-objects.ts";
import { bareMetal, recordedConsole, smallMonitor } from "../../../tests/support/run-guest.ts";
import { nativeHash } from "../../host/native-hash.ts";
import { guestExits, type Machine } from "../../vmm/mod.ts";
import { RunCheckpoints } from "../checkpoint/run-checkpoints.ts";
import type { PageSupply, ReadableCheckpoint } from "../run-guest.ts";
import { driverSection, encodeDriverState } from "./driver-state.ts";
import { GuestCheckpoints } from "./guest-checkpoints.ts";
import { machineOfSaved } from "./machine-of-saved.ts";

const config = bareMetal(busyGuest(400), { ramBytes: 16 * 2 ** 20 });
const script = { reports: [], marks: [] };
const none = { script, consoleBytes: 0, reportedSteps: 0, used: 0, retired: 0, disks: [] };
const own = new Map([[driverSection, encodeDriverState(none as never)]]);
const resources = () => ({ console: recordedConsole().sink, disks: new Map() });

function outcome(machine: Machine) {
  const end = machine.run(1e9);
  const exits = guestExits(machine.exitCounts());
  const result = { end, hash: machine.stateHash(nativeHash), retired: machine.retired, exits };
  machine.dispose();
  return result;
}

const undisturbed = outcome(smallMonitor().createMachine(config, resources()));

/** What the main thread has: the frames' content at the moment of the checkpoint. */
function readable(checkpoint: ReturnType<GuestCheckpoints["take"]>, machine: Machine) {
  const content = new Map<number, Uint8Array>();
  const image = machine.ram.capture(checkpoint.pages);
  const frames = [...checkpoint.frames];
  let index = 0;
  for (const { bytes } of image.pages()) content.set(frames[index++] ?? 0, bytes.slice());
  image.release();
  const read = (frame: number) => content.get(frame) ?? new Uint8Array(4096);
  return { ...checkpoint, read } satisfies ReadableCheckpoint;
}

/** Runs a machine that may have begun without some of its pages: those that it needs are brought. */
async function run(machine: Machine, steps: number, later?: PageSupply): Promise<void> {
  const end = machine.steps + steps;
  for (;;) {
    const stop = machine.run(end - machine.steps);
    if (stop.kind !== "absent") return;
    machine.ram.supply(stop.page, (await later?.page(stop.page)) ?? new Uint8Array());
  }
}

/** Brings what the guest has never asked for. */
async function complete({ ram }: Machine, later?: PageSupply): Promise<void> {
  for await (const more of later?.rest() ?? []) {
    for (const [index, page] of more?.pages.entries() ?? []) {
      ram.supply(page, more?.content.subarray(index * 4096) ?? new Uint8Array());
    }
  }
}

test("a run goes on from the last checkpoint that was kept as if nothing had been, whichever were not", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.tuple(
          fc.integer({ min: 1, max: 40_000 }),
          fc.constantFrom("kept", "collected", "full disk", "worker lost"),
        ),
        { minLength: 1, maxLength: 8 },
      ),
      async (acts) => {
        const content = emptyContent();
        let isFull = false;
        const store = () =>
          new CheckpointStore(
            new PageStore(
              new MemoryObjects(content, async (step) => {
                if (isFull && /pack|write/.test(step)) throw new Error("the disk is full");
              }),
            ),
          );
        let epoch = 1;
        let machine = smallMonitor().createMachine(config, resources());
        let guest = new GuestCheckpoints(1000);
        let kept = new RunCheckpoints(store(), { name: "run", epoch });
        let later: PageSupply | undefined;
        for (const [steps, act] of acts) {
          await run(machine, steps, later);
          isFull = act === "full disk";
          const isKept = await kept.publish(readable(guest.take(machine, own, 0), machine));
          guest.release(isKept);
          isFull = false;
          if (act === "collected") {
            await new Collector(new MemoryObjects(content), { grace: -1 }).collect();
          }
          if (act !== "worker lost") continue;
          // What it did after its last checkpoint is lost with it.
          await run(machine, 777, later);
          const late = kept;
          const lateMachine = machine;
          const lateGuest = guest;
          kept = new RunCheckpoints(store(), { name: "run", epoch: ++epoch });
          const saved = await kept.takeOver();
          later = saved?.later;
          guest = new GuestCheckpoints(1000);
          if (saved === undefined) {
            machine = smallMonitor().createMachine(config, resources());
          } else {
            const { machine: state, ram } = machineOfSaved(saved.run);
            machine = smallMonitor().restoreMachine(state, ram, resources());
            guest.resume(machine);
          }
          const stale = late.publish(readable(lateGuest.take(lateMachine, own, 0), lateMachine));
          await expect(stale).rejects.toMatchObject({ code: "stale" });
          lateGuest.release(false);
          lateMachine.dispose();
        }
        await complete(machine, later);
        expect(outcome(machine)).toEqual(undisturbed);
      },
    ),
    { numRuns: 15 },
  );
}, 120_000);
