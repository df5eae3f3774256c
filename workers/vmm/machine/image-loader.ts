import { Failure } from "../base/failure.ts";
import type { Bytes, GuestPhysicalAddress } from "../base/units.ts";
import { pageBytes } from "../memory/layout.ts";
import { isElf, parseElf } from "./elf.ts";
import { parseLinuxImage } from "./linux-image.ts";

/** Bytes for RAM. Memory that no segment gives is zero. */
export interface ImageSegment {
  readonly address: GuestPhysicalAddress;
  readonly bytes: Uint8Array;
  /** What the segment takes in memory, its zeros included; at least `bytes.length`. */
  readonly memoryBytes: Bytes;
}

/** An image as it wants to lie in RAM. */
export interface LoadedImage {
  readonly kind: "elf" | "linux" | "raw";
  /** At least one, inside RAM, free of overlaps, ordered by address. */
  readonly segments: readonly ImageSegment[];
  /** The entry that the file names; the start of a file that names none. */
  readonly entry: GuestPhysicalAddress;
}

/** Where images may lie. */
export interface ImagePlace {
  readonly ramBase: GuestPhysicalAddress;
  readonly ramBytes: Bytes;
  /** Where a file without addresses of its own goes. */
  readonly rawAddress: GuestPhysicalAddress;
  /** Whether a Linux `Image` lies at the offset that its header names: it does for S-mode kernels. */
  readonly obeysTextOffset: boolean;
}

/**
 * Recognises an ELF file, a Linux `Image` or, failing these, raw code, and says where its parts go.
 *
 * As in QEMU, ELF segments that lie wholly outside of RAM are left out: linkers put headers there.
 * A position-independent file that has nothing in RAM (OpenSBI's are linked at 0) goes, as a whole,
 * to where a file without addresses does.
 *
 * @param role names the image in sentences, e.g. `kernel`
 *
 * Failures: those of `parseElf` and `parseLinuxImage`, `image-empty`, `image-outside-ram`,
 * `image-overlap`.
 */
export function loadImage(file: Uint8Array, role: string, place: ImagePlace): LoadedImage {
  if (file.length === 0) {
    throw new Failure("image-empty", `The ${role} is an empty file.`, "Build or upload it again.");
  }
  const image = isElf(file) ? loadElf(file, place) : loadFlat(file, place);
  if (image.segments.length === 0) {
    throw outsideRam(role, image.entry, place);
  }
  for (const [index, segment] of image.segments.entries()) {
    if (!isInside(segment, place)) {
      throw outsideRam(role, segment.address, place);
    }
    const previous = image.segments[index - 1];
    if (previous !== undefined && previous.address + previous.memoryBytes > segment.address) {
      throw new Failure(
        "image-overlap",
        `Two segments of the ${role} overlap at ${hex(segment.address)}.`,
        "Give each section of the linker script a place of its own.",
      );
    }
  }
  return image;
}

function loadElf(file: Uint8Array, place: ImagePlace): LoadedImage {
  const { segments: linked, entry: linkedEntry, isPositionIndependent } = parseElf(file);
  const touchesRam = (segment: ImageSegment) =>
    segment.address < place.ramBase + place.ramBytes &&
    segment.address + segment.memoryBytes > place.ramBase;
  const first = Math.min(...linked.map(({ address }) => address));
  const moves = isPositionIndependent && !linked.some(touchesRam);
  const distance = moves ? place.rawAddress - (first - (first % pageBytes)) : 0;
  const kept = linked
    .map((segment) => ({ ...segment, address: segment.address + distance }))
    .filter(touchesRam)
    .sort((a, b) => a.address - b.address);
  return { kind: "elf", segments: kept, entry: linkedEntry + distance };
}

function loadFlat(file: Uint8Array, place: ImagePlace): LoadedImage {
  const linux = parseLinuxImage(file);
  const isPlacedByHeader = linux !== undefined && place.obeysTextOffset;
  const address = isPlacedByHeader ? place.ramBase + linux.textOffset : place.rawAddress;
  const memoryBytes = linux?.imageBytes ?? file.length;
  const kind = linux === undefined ? "raw" : "linux";
  return { kind, segments: [{ address, bytes: file, memoryBytes }], entry: address };
}

function isInside(segment: ImageSegment, place: ImagePlace): boolean {
  return (
    segment.address >= place.ramBase &&
    segment.address + segment.memoryBytes <= place.ramBase + place.ramBytes
  );
}

function outsideRam(role: string, address: GuestPhysicalAddress, place: ImagePlace): Failure {
  const from = hex(place.ramBase);
  const to = hex(place.ramBase + place.ramBytes);
  return new Failure(
    "image-outside-ram",
    `The ${role} wants memory at ${hex(address)}, but RAM is from ${from} to ${to}.`,
    "Link it for addresses in RAM, or give the machine more memory.",
  );
}

function hex(address: number): string {
  return `0x${address.toString(16)}`;
}
