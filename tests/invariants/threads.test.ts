import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { compiler } from "../../workers/host/compiler.ts";
import { smallestMemoryBytes } from "../../workers/vmm/memory/layout.ts";
import { MachineMemory } from "../../workers/vmm/memory/machine-memory.ts";
import type { FrameThreadData } from "./support/frame-thread.ts";

/** Threads of one machine memory, each of which checks what it has for as long as it runs. */
const threads = 3;
/** The number of the view that only looks. */
const keeper = threads;

function street() {
  const wasm = compiler.createMemory(smallestMemoryBytes);
  const memory = new MachineMemory(wasm, { pcpu: keeper, pcpus: threads });
  const mailboxes = new SharedArrayBuffer(4 * threads);
  const start = async (pcpu: number, rounds: number, receiver?: number) => {
    const workerData: FrameThreadData = { wasm, pcpu, pcpus: threads, rounds, receiver, mailboxes };
    const thread = new Worker(new URL("./support/frame-thread.ts", import.meta.url), {
      workerData,
    });
    await once(thread, "message");
    return { thread, done: once(thread, "message") };
  };
  const free = () => [memory.freeFrames, memory.freeHeap];
  return { memory, start, free };
}

test("threads that take, pass on and free frames at the same time never meet in one", async () => {
  const { start, free } = street();
  const before = free();
  const running = await Promise.all([0, 1, 2].map((pcpu) => start(pcpu, 60_000, (pcpu + 1) % 3)));
  const ends = await Promise.all(running.map(({ done }) => done));
  expect(ends.flat()).toEqual(["done", "done", "done"]);
  await Promise.all(running.map(({ thread }) => thread.terminate()));
  expect(free()).toEqual(before);
}, 60_000);

test("what a thread has that is ended in the middle comes back, while others go on", async () => {
  const { memory, start, free } = street();
  const before = free();
  const others = await Promise.all([start(0, 60_000, 2), start(2, 60_000, 0)]);
  let reclaimed = 0;
  for (let time = 0; time < 5; time++) {
    const { thread } = await start(1, Number.POSITIVE_INFINITY);
    await new Promise((resolve) => setTimeout(resolve, 60 + 7 * time));
    await thread.terminate();
    // Nothing once in a while, for the others may have had all that there was.
    reclaimed += memory.reclaim(1);
  }
  expect(reclaimed).toBeGreaterThan(0);
  expect((await Promise.all(others.map(({ done }) => done))).flat()).toEqual(["done", "done"]);
  await Promise.all(others.map(({ thread }) => thread.terminate()));
  expect(free()).toEqual(before);
}, 60_000);
