/**
 * The machine memory of a worker as the thread sees it that no guest runs on: makes it, gives each
 * pCPU thread its share, and takes back what a thread had that has ended.
 *
 *     const keeper = new MemoryKeeper({ compiler, pcpus: 2 });
 *     thread.postMessage(keeper.share(0));        // there: Monitor.create({ compiler, memory })
 *     keeper.reclaim(0);                          // when it is certain that the thread is over
 */
import type { Bytes, FrameNumber, Pages } from "../base/units.ts";
import type { WasmCompiler, WasmMemory } from "../base/wasm-compiler.ts";
import { hartBytes } from "../hart/hart.ts";
import type { PcpuNumber } from "../memory/claims.ts";
import { guestMapBytes } from "../memory/guest-map.ts";
import {
  codePagesFor,
  codePoolPages,
  heapBase,
  heapBytes,
  heapUnitBytes,
  pageBytes,
} from "../memory/layout.ts";
import { MachineMemory } from "../memory/machine-memory.ts";
import { mostPcpus } from "../memory/shared-pool.ts";
import type { MachineConfig } from "./config.ts";
import { largestMemoryBytes, type MemoryShare } from "./memory-share.ts";

/** What of a machine memory a VM may come to use at the most. */
export interface MemoryNeed {
  readonly frames: Pages;
  readonly heap: Bytes;
  readonly codePages: Pages;
}

/** The boot ROM, and a page of another kind in the RAM's first. */
const otherFrames = 2;

export class MemoryKeeper {
  readonly #wasm: WasmMemory;
  readonly #pcpus: number;
  readonly #view: MachineMemory;
  /** What there is for all VMs together. */
  readonly room: MemoryNeed;

  /** @param options.memoryBytes 4 GiB where it is not said; see `Monitor.create` */
  constructor(options: { compiler: WasmCompiler; memoryBytes?: Bytes; pcpus: number }) {
    const { compiler, memoryBytes = largestMemoryBytes, pcpus } = options;
    if (!(pcpus >= 1 && pcpus <= mostPcpus)) {
      throw new RangeError(`one to ${mostPcpus} threads share a machine memory, not ${pcpus}`);
    }
    this.#wasm = compiler.createMemory(memoryBytes);
    this.#pcpus = pcpus;
    // Only looks: the number is another view's, too.
    this.#view = new MachineMemory(this.#wasm, { pcpu: 0, pcpus });
    const afterHeap = heapBase(memoryBytes) + heapBytes(memoryBytes);
    this.room = {
      frames: (memoryBytes - afterHeap) / pageBytes - 1,
      // Each thread may have begun a unit that it uses little of.
      heap: heapBytes(memoryBytes) - pcpus * heapUnitBytes,
      codePages: codePoolPages(memoryBytes),
    };
  }

  share(pcpu: PcpuNumber): MemoryShare {
    return { wasm: this.#wasm, pcpu, pcpus: this.#pcpus };
  }

  /** See `MachineMemory.reclaim`. */
  reclaim(pcpu: PcpuNumber): void {
    this.#view.reclaim(pcpu);
  }

  /** A copy of what a frame holds: whoever asks knows that somebody keeps the frame as it is. */
  copyFrame(frame: FrameNumber): Uint8Array<ArrayBuffer> {
    const start = frame * pageBytes;
    return Uint8Array.from(this.#view.bytes.subarray(start, start + pageBytes));
  }

  /** What all threads together have in use now. */
  get inUse(): MemoryNeed {
    const { freeFrames, freeHeap, codePages } = this.#view;
    return {
      frames: this.room.frames - freeFrames,
      heap: heapBytes(this.#wasm.buffer.byteLength) - freeHeap,
      codePages: codePages.used,
    };
  }

  /** Of what is more than there is, all that there is: such a VM has to be alone. */
  needOf({ ramBytes, harts }: MachineConfig, limitBytes: Bytes): MemoryNeed {
    const { room } = this;
    const pages = ramBytes / pageBytes;
    const heap = harts * wholePages(hartBytes) + wholePages(guestMapBytes(pages));
    return {
      frames: Math.min(Math.ceil(limitBytes / pageBytes) + otherFrames, room.frames),
      heap: Math.min(heap, room.heap),
      codePages: Math.min(codePagesFor(pages), room.codePages),
    };
  }
}

function wholePages(bytes: Bytes): Bytes {
  return Math.ceil(bytes / pageBytes) * pageBytes;
}
