/**
 * A thread that takes frames and heap of one machine memory, marks what it has, passes some on to
 * another thread, and looks whether anybody else has touched them. Says so when it is done; with
 * `rounds: Infinity` it goes on until it is ended.
 *
 * A frame is passed on in the mailbox of the one that gets it: empty → frame → taken → minus frame,
 * and empty again when the giver, who holds it until then, has seen that.
 */
import { parentPort, workerData } from "node:worker_threads";
import { pageBytes } from "../../../workers/vmm/memory/layout.ts";
import { MachineMemory } from "../../../workers/vmm/memory/machine-memory.ts";
import type { WasmMemory } from "../../../workers/vmm/mod.ts";

export interface FrameThreadData {
  readonly wasm: WasmMemory;
  readonly pcpu: number;
  readonly pcpus: number;
  readonly rounds: number;
  /** The thread that gets frames of this one; a thread gets some of one other at the most. */
  readonly receiver: number | undefined;
  /** One word for each thread. */
  readonly mailboxes: SharedArrayBuffer;
}

const { wasm, pcpu, pcpus, rounds, receiver, mailboxes } = workerData as FrameThreadData;
const memory = new MachineMemory(wasm, { pcpu, pcpus });
const boxes = new Int32Array(mailboxes);
const taken = 2 ** 30;
const mostHeld = 3000;
let random = pcpu + 1;

/** Marsaglia's xorshift, so that a thread does the same each time, but for the others. */
function below(limit: number): number {
  random ^= random << 13;
  random ^= random >>> 17;
  random ^= random << 5;
  return (random >>> 0) % limit;
}

/** Each with the mark that its first and last word have. */
const held: { readonly frame: number; readonly mark: number }[] = [];
const blocks: { readonly start: number; readonly bytes: number }[] = [];
let marks = 0;

function check(isRight: boolean, what: string): void {
  if (!isRight) throw new Error(`thread ${pcpu}: ${what}`);
}

const firstWord = (frame: number) => memory.word(frame * pageBytes);
const lastWord = (frame: number) => memory.word((frame + 1) * pageBytes - 4);

function take(): void {
  const frame = memory.allocateFrame();
  if (frame === undefined) return;
  const start = (frame * pageBytes) / 4;
  const words = memory.words.subarray(start, start + pageBytes / 4);
  check(
    words.every((word) => word === 0),
    `frame ${frame} is not zero`,
  );
  const mark = (pcpu + 1) * 2 ** 24 + (++marks % 2 ** 24);
  memory.setWord(frame * pageBytes, mark);
  memory.setWord((frame + 1) * pageBytes - 4, mark);
  held.push({ frame, mark });
}

function letGo(): void {
  const [each] = held.splice(below(held.length), 1);
  if (!each) return;
  const { frame, mark } = each;
  check(firstWord(frame) === mark && lastWord(frame) === mark, `frame ${frame} was written`);
  memory.releaseFrame(frame);
}

function give(): void {
  if (receiver === undefined) return;
  const box = Atomics.load(boxes, receiver);
  const given = held[below(held.length)];
  if (box === 0 && given) {
    memory.retainFrame(given.frame);
    Atomics.store(boxes, receiver, given.frame);
  } else if (box < 0) {
    memory.releaseFrame(-box);
    Atomics.store(boxes, receiver, 0);
  }
}

function receive(): void {
  const frame = Atomics.load(boxes, pcpu);
  if (frame <= 0 || Atomics.compareExchange(boxes, pcpu, frame, taken) !== frame) return;
  memory.retainFrame(frame);
  Atomics.store(boxes, pcpu, -frame);
  held.push({ frame, mark: firstWord(frame) });
}

function useHeap(): void {
  const bytes = pageBytes * (1 + below(200));
  if (blocks.length > 4) {
    const [block] = blocks.splice(below(blocks.length), 1);
    if (!block) return;
    check(memory.word(block.start) === block.bytes + pcpu, "a block was written");
    memory.free(block.start, block.bytes);
  } else {
    const start = memory.allocate(bytes);
    check(memory.word(start) === 0 && memory.word(start + bytes - 4) === 0, "a block is not zero");
    memory.setWord(start, bytes + pcpu);
    blocks.push({ start, bytes });
  }
}

for (let round = 0; round < rounds; round++) {
  if (round === 1000) parentPort?.postMessage("runs");
  const what = below(16);
  if (what < 8 && held.length < mostHeld) take();
  else if (what < 13) letGo();
  else if (what < 14) give();
  else if (what < 15) receive();
  else useHeap();
  // Now and then all at once, as when a VM ends.
  if (below(5000) === 0) while (held.length > 10) letGo();
}
while (held.length > 0) letGo();
for (const { start, bytes } of blocks) memory.free(start, bytes);
for (let box = -1; receiver !== undefined && box !== 0; ) {
  box = Atomics.load(boxes, receiver);
  if (box > 0 && box !== taken && Atomics.compareExchange(boxes, receiver, box, 0) === box) {
    memory.releaseFrame(box);
  } else if (box < 0) give();
}
parentPort?.postMessage("done");
