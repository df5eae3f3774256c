import { Failure } from "../base/failure.ts";
import type { Bytes, GuestPhysicalAddress } from "../base/units.ts";

/** A part of an ELF file that wants to be in memory. */
export interface ElfSegment {
  readonly address: GuestPhysicalAddress;
  /** What the file gives; the rest up to `memoryBytes` is zero. */
  readonly bytes: Uint8Array;
  readonly memoryBytes: Bytes;
}

/** The loadable segments of an ELF file, in file order. At least one. */
export interface ElfImage {
  readonly segments: readonly ElfSegment[];
  /** The entry point as a physical address. */
  readonly entry: GuestPhysicalAddress;
  /** Whether the program runs wherever it is put as a whole (`ET_DYN`): it relocates itself. */
  readonly isPositionIndependent: boolean;
  /** Where a virtual address of the file lies; the address itself where no segment holds it. */
  toPhysical(virtual: number): GuestPhysicalAddress;
}

const fileHeaderBytes = 64;
const programHeaderBytes = 56;
const class64 = 2;
const littleEndian = 1;
const machineRiscv = 243;
const typeExecutable = 2;
const typeShared = 3;
const loadable = 1;
/** The usual mistake is the compiler of the host, or rv32. */
const machineNames: Readonly<Record<number, string>> = {
  3: "32-bit x86",
  40: "32-bit Arm",
  62: "x86-64",
  183: "AArch64",
  [machineRiscv]: "another kind of RISC-V",
};
const linkHint =
  "Link it with -static for rv64, for example with riscv64-linux-gnu-gcc -nostdlib -static.";

/** Whether a file says of itself that it is an ELF file. */
export function isElf(file: Uint8Array): boolean {
  return file[0] === 0x7f && file[1] === 0x45 && file[2] === 0x4c && file[3] === 0x46;
}

/**
 * Reads the program headers of a 64-bit little-endian RISC-V executable (System V ABI, chapters 4
 * and 5). Segments go to their physical addresses, as QEMU loads them.
 *
 * Failures: `elf-foreign` (another class, byte order, machine or type), `elf-truncated` (a header or
 * segment lies beyond the end of the file), `elf-invalid` (sizes that contradict each other),
 * `elf-empty` (nothing to load).
 */
export function parseElf(file: Uint8Array): ElfImage {
  if (file.length < fileHeaderBytes) {
    throw truncated("its header");
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  refuseForeign(file, view);
  const headersOffset = readOffset(view, 32);
  const headers = view.getUint16(56, true);
  if (headers > 0 && view.getUint16(54, true) !== programHeaderBytes) {
    throw invalid("its program headers have an unknown size");
  }
  if (headersOffset + headers * programHeaderBytes > file.length) {
    throw truncated("its program headers");
  }

  const segments: ElfSegment[] = [];
  const placed: { readonly virtualAddress: number; readonly segment: ElfSegment }[] = [];
  for (let index = 0; index < headers; index++) {
    const header = headersOffset + index * programHeaderBytes;
    const memoryBytes = readOffset(view, header + 40);
    if (view.getUint32(header, true) !== loadable || memoryBytes === 0) {
      continue;
    }
    const offset = readOffset(view, header + 8);
    const virtualAddress = readOffset(view, header + 16);
    const address = readOffset(view, header + 24);
    const fileBytes = readOffset(view, header + 32);
    if (fileBytes > memoryBytes) {
      throw invalid("a segment is larger in the file than in memory");
    }
    if (offset + fileBytes > file.length) {
      throw truncated("a segment");
    }
    const segment = { address, bytes: file.subarray(offset, offset + fileBytes), memoryBytes };
    segments.push(segment);
    placed.push({ virtualAddress, segment });
  }
  if (segments.length === 0) {
    throw new Failure("elf-empty", "The ELF file has no segment to load.", linkHint);
  }
  const toPhysical = (virtual: number): GuestPhysicalAddress => {
    const home = placed.findLast(
      ({ virtualAddress: from, segment }) =>
        virtual >= from && virtual < from + segment.memoryBytes,
    );
    return home ? virtual - home.virtualAddress + home.segment.address : virtual;
  };
  const isPositionIndependent = view.getUint16(16, true) === typeShared;
  return { segments, entry: toPhysical(readOffset(view, 24)), isPositionIndependent, toPhysical };
}

function refuseForeign(file: Uint8Array, view: DataView): void {
  const type = view.getUint16(16, true);
  const isOurs = file[4] === class64 && file[5] === littleEndian;
  if (!isOurs || view.getUint16(18, true) !== machineRiscv) {
    const machine = machineNames[view.getUint16(18, true)];
    throw new Failure(
      "elf-foreign",
      `The ELF file is ${machine === undefined ? "" : `for ${machine}, `}not for 64-bit RISC-V.`,
      linkHint,
    );
  }
  if (type !== typeExecutable && type !== typeShared) {
    throw new Failure("elf-foreign", "The ELF file is not an executable.", linkHint);
  }
}

/** A 64-bit field. Addresses beyond 2^53 lose low bits, but they lie outside of all memory anyway. */
function readOffset(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true) * 2 ** 32 + view.getUint32(offset, true);
}

function truncated(part: string): Failure {
  return new Failure(
    "elf-truncated",
    `The ELF file ends in the middle of ${part}.`,
    "Build or upload it again: it was cut on its way.",
  );
}

function invalid(reason: string): Failure {
  return new Failure("elf-invalid", `The ELF file contradicts itself: ${reason}.`, linkHint);
}
