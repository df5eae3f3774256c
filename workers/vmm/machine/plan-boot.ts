import { Failure } from "../base/failure.ts";
import { ramBase, romBase } from "../base/memory-map.ts";
import type { Bytes, GuestPhysicalAddress } from "../base/units.ts";
import { RandomStream } from "../devices/random-stream.ts";
import type { MachineConfig } from "./config.ts";
import { buildDeviceTree } from "./device-tree.ts";
import { findHtif, type HtifPlace } from "./find-htif.ts";
import { type ImageSegment, type LoadedImage, loadImage } from "./image-loader.ts";
import { buildResetVector } from "./reset-vector.ts";

/** Bytes and the guest-physical address at which they lie when the machine starts. */
export interface BootSegment {
  /** What the bytes are, for people: `kernel`, `device tree`, … */
  readonly role: string;
  readonly address: GuestPhysicalAddress;
  readonly bytes: Uint8Array;
}

/** A machine at the moment before its first instruction. */
export interface BootPlan {
  /** For RAM, free of overlaps, ordered by address. */
  readonly segments: readonly BootSegment[];
  /** The boot ROM, where harts start in it. */
  readonly rom?: BootSegment;
  readonly startPc: GuestPhysicalAddress;
  readonly startMode: "machine" | "supervisor";
  /** Of the boot hart: its number. */
  readonly a0: number;
  /** Of the boot hart: the device tree, unless the ROM's code sets it. */
  readonly a1: number;
  /** What the kernel's symbols ask for, where it starts on the bare machine. */
  readonly htif?: HtifPlace;
}

/** What of the machine the configuration does not say. */
export interface BootPlanOptions {
  /** See `DeviceTreeOptions`. */
  readonly isa: string;
  /** See `DeviceTreeOptions`. */
  readonly mmuType: string;
}

interface NamedSegment extends ImageSegment {
  readonly role: string;
}

const MiB = 2 ** 20;
/** Linux wants its image on such a boundary; QEMU puts firmware, kernel and device tree on them. */
const largePage = 2 * MiB;
const supervisorKernelAddress = ramBase + largePage;
const bootHart = 0;
const deviceTreeMagic = 0xd00d_feed;

/**
 * Decides where images, device tree and boot ROM lie and where the boot hart starts, by the rules of
 * QEMU 7.2's `virt`, so that whatever starts there starts here.
 *
 * Failures: those of `loadImage`; `kernel-missing`; `kernel-not-at-reset` when a bare-metal image has
 * nothing at 0x8000_0000, `kernel-at-reset` when an S-mode image lies there; `image-overlap` and
 * `image-outside-ram` for initrd and device tree, too.
 */
export function planBoot(config: MachineConfig, options: BootPlanOptions): BootPlan {
  const { boot, ramBytes } = config;
  const firmware =
    boot.firmware instanceof Uint8Array ? loadFirmware(boot.firmware, ramBytes) : undefined;
  const kernel = planKernel(config, firmware);
  const initrd = planInitrd(config, kernel);
  const rngSeed = new Uint8Array(32);
  RandomStream.fromSeed(config.seed).fill(rngSeed);
  const tree =
    boot.deviceTree === undefined
      ? buildDeviceTree({
          ...options,
          ramBytes,
          harts: config.harts,
          rngSeed,
          ...(boot.commandLine === undefined ? {} : { commandLine: boot.commandLine }),
          ...(initrd === undefined ? {} : { initrd: extent(initrd) }),
        })
      : requireDeviceTree(boot.deviceTree);
  const treeAddress = deviceTreeAddress(ramBytes, tree.length);

  const segments = arrange(ramBytes, [
    ...named("firmware", firmware?.segments),
    ...named("kernel", kernel?.segments),
    ...named("initrd", initrd && [initrd]),
    ...named("device tree", [{ address: treeAddress, bytes: tree, memoryBytes: tree.length }]),
  ]);
  if (boot.firmware === "sbi") {
    const startPc = firstAddress(kernel) ?? supervisorKernelAddress;
    return { segments, startPc, startMode: "supervisor", a0: bootHart, a1: treeAddress };
  }
  const htif = boot.firmware === "none" ? findHtif(boot.kernel, ramBytes) : undefined;
  const next = firmware === undefined ? 0 : (firstAddress(kernel) ?? 0);
  const rom = buildResetVector({ start: ramBase, deviceTree: treeAddress, next });
  return {
    segments,
    rom: { role: "boot ROM", address: romBase, bytes: rom },
    startPc: romBase,
    startMode: "machine",
    a0: bootHart,
    a1: treeAddress,
    ...(htif === undefined ? {} : { htif }),
  };
}

function loadFirmware(file: Uint8Array, ramBytes: Bytes): LoadedImage {
  const place = { ramBase, ramBytes, rawAddress: ramBase, obeysTextOffset: false };
  return requireReset(loadImage(file, "firmware", place), "firmware");
}

function planKernel(
  config: MachineConfig,
  firmware: LoadedImage | undefined,
): LoadedImage | undefined {
  const { boot, ramBytes } = config;
  if (boot.kernel === undefined) {
    if (firmware !== undefined) {
      return undefined;
    }
    throw new Failure(
      "kernel-missing",
      "There is nothing to start: neither a firmware image nor a kernel is given.",
      "Give a kernel.",
    );
  }
  const isSupervisor = boot.firmware === "sbi";
  const afterFirmware = firmware && roundUp(endOf(firmware.segments), largePage);
  const rawAddress = isSupervisor ? supervisorKernelAddress : (afterFirmware ?? ramBase);
  const place = { ramBase, ramBytes, rawAddress, obeysTextOffset: isSupervisor };
  const kernel = loadImage(boot.kernel, "kernel", place);
  if (boot.firmware === "none") return requireReset(kernel, "kernel");
  if (isSupervisor) refuseReset(kernel);
  return kernel;
}

/** The boot ROM jumps to the start of RAM whatever an ELF file names as its entry: so QEMU does. */
function requireReset(image: LoadedImage, role: string): LoadedImage {
  const isThere = image.segments.some(
    ({ address, memoryBytes }) => address <= ramBase && ramBase < address + memoryBytes,
  );
  if (isThere) {
    return image;
  }
  throw new Failure(
    `${role}-not-at-reset`,
    `The ${role} has nothing at 0x80000000, where the hart starts.`,
    "Link it so that its first instruction lies there, or start it as an S-mode kernel.",
  );
}

/** An S-mode kernel finds its firmware there; what is linked there wants to be in machine mode. */
function refuseReset(kernel: LoadedImage): void {
  if (firstAddress(kernel) !== ramBase) return;
  throw new Failure(
    "kernel-at-reset",
    "The kernel lies at 0x80000000, where the firmware of an S-mode kernel lies.",
    "If it is a bare-metal (M-mode) program start it with -bios none, else link it for 0x80200000.",
  );
}

function planInitrd(
  config: MachineConfig,
  kernel: LoadedImage | undefined,
): ImageSegment | undefined {
  const bytes = config.boot.initrd;
  if (bytes === undefined) {
    return undefined;
  }
  const from = firstAddress(kernel) ?? ramBase;
  const address = from + Math.min(config.ramBytes / 2, 128 * MiB);
  return { address, bytes, memoryBytes: bytes.length };
}

/** Near the end of RAM, but below 3 GiB, where 32-bit code can reach it. */
function deviceTreeAddress(ramBytes: Bytes, treeBytes: Bytes): GuestPhysicalAddress {
  const end = Math.min(ramBase + ramBytes, 3072 * MiB);
  return roundDown(end - treeBytes, largePage);
}

/** S-mode kernels start at their lowest address, not at the entry that an ELF names: so QEMU does. */
function firstAddress(image: LoadedImage | undefined): GuestPhysicalAddress | undefined {
  return image?.segments[0]?.address;
}

function arrange(ramBytes: Bytes, segments: readonly NamedSegment[]): BootSegment[] {
  const sorted = [...segments].sort((a, b) => a.address - b.address);
  const needMemory = "Give the machine more memory, or use smaller images.";
  for (const [index, segment] of sorted.entries()) {
    if (segment.address < ramBase || segment.address + segment.memoryBytes > ramBase + ramBytes) {
      throw new Failure(
        "image-outside-ram",
        `The ${segment.role} does not fit into RAM.`,
        needMemory,
      );
    }
    const previous = sorted[index - 1];
    if (previous !== undefined && previous.address + previous.memoryBytes > segment.address) {
      const both = `The ${previous.role} and the ${segment.role}`;
      throw new Failure("image-overlap", `${both} need the same memory.`, needMemory);
    }
  }
  return sorted.map(({ role, address, bytes }) => ({ role, address, bytes }));
}

/** A tree that somebody else has made; it is not changed. */
function requireDeviceTree(file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const isTree = file.length >= 40 && view.getUint32(0) === deviceTreeMagic;
  const bytes = isTree ? view.getUint32(4) : 0;
  if (bytes < 40 || bytes > file.length) {
    throw new Failure(
      "device-tree-malformed",
      "The device tree is not a flattened device tree (DTB), or is cut short.",
      "Make it with dtc -O dtb; -machine dumpdtb=FILE writes the machine's own.",
    );
  }
  return file.subarray(0, bytes);
}

function named(role: string, segments: readonly ImageSegment[] = []): NamedSegment[] {
  return segments.map((segment) => ({ ...segment, role }));
}

function extent({ address, memoryBytes }: ImageSegment) {
  return { start: address, end: address + memoryBytes };
}

function endOf(segments: readonly ImageSegment[]): GuestPhysicalAddress {
  return Math.max(...segments.map((segment) => segment.address + segment.memoryBytes));
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

function roundDown(value: number, unit: number): number {
  return Math.floor(value / unit) * unit;
}
