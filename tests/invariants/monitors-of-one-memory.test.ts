import fc from "fast-check";
import { expect, test } from "vitest";
import { compiler } from "../../workers/host/compiler.ts";
import { nativeHash } from "../../workers/host/native-hash.ts";
import { MemoryKeeper } from "../../workers/vmm/keeper.ts";
import { type Machine, Monitor } from "../../workers/vmm/mod.ts";
import { busyGuest } from "../support/busy-guest.ts";
import { eagerHeat } from "../support/eager-heat.ts";
import { bareMetal, recordedConsole } from "../support/run-guest.ts";

/**
 * Monitors of several pCPU threads over one machine memory, here on one thread, so that what happens
 * in between two steps can be anything; `threads.test.ts` has real threads.
 */
const memoryBytes = 256 * 2 ** 20;
const threads = 3;
const kernel = busyGuest(100);
const steps = 60_000;

const what = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("run" as const), by: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("start" as const), by: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("stop" as const), by: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("die" as const), by: fc.nat(1) }) },
);

function start(monitor: Monitor): Machine {
  const resources = { console: recordedConsole().sink, disks: new Map() };
  return monitor.createMachine(bareMetal(kernel), resources);
}

function resultOf(machine: Machine) {
  return {
    hash: machine.stateHash(nativeHash),
    exits: machine.exitCounts(),
    retired: machine.retired,
  };
}

test("a guest runs the same whatever the monitors of other threads do, and when they die", () => {
  const alone = start(Monitor.create({ compiler, memoryBytes, heat: eagerHeat }));
  alone.run(steps);
  const expected = resultOf(alone);

  const keeper = new MemoryKeeper({ compiler, memoryBytes, pcpus: threads });
  fc.assert(
    fc.property(fc.array(what, { maxLength: 60, size: "max" }), (events) => {
      const open = (pcpu: number) =>
        Monitor.create({ compiler, memory: keeper.share(pcpu), heat: eagerHeat });
      const monitors = [0, 1, 2].map(open);
      const machines: Machine[][] = monitors.map(() => []);
      /** On the last thread, which does not die. */
      const watched = start(monitors[2] as Monitor);
      for (const { kind, by } of events) {
        const own = machines[by] as Machine[];
        const monitor = monitors[by] as Monitor;
        if (kind === "start" && own.length < 4) own.push(start(monitor));
        else if (kind === "stop") own.shift()?.dispose();
        else if (kind === "run") for (const machine of own) machine.run(5000);
        else if (kind === "die") {
          // Nothing of it is disposed of: it was in the middle of something.
          machines[by] = [];
          keeper.reclaim(by);
          monitors[by] = open(by);
        }
        watched.run(Math.min(1000, steps - watched.steps));
      }
      watched.run(steps - watched.steps);
      expect(resultOf(watched)).toEqual(expected);
      for (const machine of [watched, ...machines.flat()]) machine.dispose();
      expect(keeper.inUse).toEqual({ frames: 0, heap: 0, codePages: 0 });
    }),
    { numRuns: 12 },
  );
}, 60_000);
