/**
 * How the one machine memory of a worker is divided. All addresses are byte offsets in it.
 *
 *     0x0000_0000   guard: never written, so that a null address shows up as a fault in tests
 *     0x0001_0000   constant tables of generated code
 *     0x0050_0000   entries of translated regions
 *     0x0060_0000   links of translated regions: the code pages that each is made of
 *     0x00a0_0000   for each frame, which pCPU threads hold it (`SharedPool`)
 *     0x00e0_0000   which pCPU thread has claimed what; what each has promised; holders of code pages
 *     0x0100_0000   pool of pre-decoded code pages
 *     pool's end    heap: harts, TLBs, guest-physical maps; 0x0600_0000 in small memories
 *     heap's end    frames, the first of which is the shared zero frame
 *
 * All regions are address space only: the host backs a page when it is first written.
 */
import type { Bytes, MachineAddress, Pages } from "../base/units.ts";

export const pageBytes = 4096;

export const constantTablesBase: MachineAddress = 0x0001_0000;
/** Behind the 4,096 bytes of the CSR index: the constants of FLI. */
export const floatConstantsBase: MachineAddress = constantTablesBase + 4096;
/** Address of the frame of zeros: the one place that generated code does not know beforehand. */
export const zeroFrameWord: MachineAddress = floatConstantsBase + 4096;

/** An entry: where the interpreter may go over to a translated region. See `EntryTable`. */
export const entryTableBase: MachineAddress = 0x0050_0000;
export const entryBytes = 16;
/** Entry numbers are 16 bits; 0 is none. */
export const mostEntries = 65_536;

/** For each region, the addresses of the code pages that it spans, 0 where one is gone. */
export const regionLinksBase: MachineAddress = 0x0060_0000;
export const regionLinkBytes = 64;
export const mostRegions = 65_536;
export const mostRegionPages = regionLinkBytes / 4;

export const frameWordsBase: MachineAddress = 0x00a0_0000;
/** Claims of chunks of frames, 4,096 at the most. */
export const frameClaimsBase: MachineAddress = 0x00e0_0000;
/** A chunk is 1 MiB of frames. */
export const framesPerChunk = 256;
export const heapClaimsBase: MachineAddress = 0x00e0_4000;
export const codeClaimsBase: MachineAddress = 0x00e0_5000;
export const codePagesPerChunk = 64;
/** One u32 for each pCPU thread: how many frames, or code pages, its VMs were promised. */
export const framePromisesBase: MachineAddress = 0x00e0_6000;
export const codePromisesBase: MachineAddress = 0x00e0_6100;
/** One u32 for each code page, as for frames. */
export const codeWordsBase: MachineAddress = 0x00e1_0000;

export const codePoolBase: MachineAddress = 0x0100_0000;
/** Records of the 2,048 halfwords of a page, 8 bytes each, then one that leads to the next page. */
export const recordBytes = 8;
export const codePageBytes = (pageBytes / 2) * recordBytes;
/**
 * Behind the records, 16 bits for each halfword of the page: the number of the entry that its record
 * is, or how often execution came here from elsewhere.
 */
export const codeMarksOffset = codePageBytes + 64;
export const codePageStride = codeMarksOffset + pageBytes;
const smallestCodePool = 4000;
const smallestHeapBase: MachineAddress = 0x0600_0000;

/** An eighth of the memory: VMs are promised their code pages, whether they need them or not. */
export function codePoolPages(memoryBytes: Bytes): Pages {
  return Math.max(smallestCodePool, Math.floor(memoryBytes / 8 / codePageStride));
}

/**
 * Most code pages of one VM: of 48 pages of RAM one is code, but small programs are nothing else. A
 * function of the machine alone, because what a VM drops when it has more is seen in its exit counts.
 */
export function codePagesFor(ramPages: Pages): Pages {
  const romAndOneMore = 2;
  return Math.min(
    ramPages + romAndOneMore,
    Math.max(256, Math.floor(ramPages / 48)),
    smallestCodePool,
  );
}

export function heapBase(memoryBytes: Bytes): MachineAddress {
  const poolEnd = codePoolBase + codePoolPages(memoryBytes) * codePageStride;
  return Math.max(smallestHeapBase, Math.ceil(poolEnd / pageBytes) * pageBytes);
}

/** A hart has more than half of a unit, so a few of them leave little of it unused. */
export const heapUnitBytes: Bytes = 0x0040_0000;

/** An eighth of the memory, for a guest map takes 1/341 of its RAM and a hart 2 MiB. */
export function heapBytes(memoryBytes: Bytes): Bytes {
  return Math.max(0x0180_0000, Math.floor(memoryBytes / 8 / heapUnitBytes) * heapUnitBytes);
}

/** The smallest machine memory that leaves room for frames. */
export const smallestMemoryBytes: Bytes = 0x0800_0000;
