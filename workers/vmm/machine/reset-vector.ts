import type { GuestPhysicalAddress } from "../base/units.ts";

/** What the boot ROM tells a hart that leaves reset. */
export interface ResetVectorOptions {
  /** Where the ROM jumps to. */
  readonly start: GuestPhysicalAddress;
  /** The device tree, passed in `a1`. */
  readonly deviceTree: GuestPhysicalAddress;
  /** The S-mode image that an OpenSBI of the "dynamic" kind starts next; 0 for none. */
  readonly next: GuestPhysicalAddress;
}

/** `auipc t0,0; addi a2,t0,40; csrr a0,mhartid; ld a1,32(t0); ld t0,24(t0); jr t0` */
const instructions = [0x00000297, 0x02828613, 0xf1402573, 0x0202b583, 0x0182b283, 0x00028067];
const startOffset = 24;
const deviceTreeOffset = 32;
/** OpenSBI's `struct fw_dynamic_info`: magic, version, next address, next mode, options, boot hart. */
const dynamicInfoOffset = 40;
const dynamicInfoMagic = 0x4942534f;
const dynamicInfoVersion = 2;
const supervisorMode = 1;

/**
 * The boot ROM that QEMU's `virt` has at 0x1000 and in which harts leave reset, in M-mode: `a0` is
 * the hart's number, `a1` the device tree, `a2` OpenSBI's `fw_dynamic_info`, which follows the code.
 */
export function buildResetVector(options: ResetVectorOptions): Uint8Array {
  const rom = new Uint8Array(dynamicInfoOffset + 6 * 8);
  const view = new DataView(rom.buffer);
  for (const [index, instruction] of instructions.entries()) {
    view.setUint32(index * 4, instruction, true);
  }
  const words = [dynamicInfoMagic, dynamicInfoVersion, options.next, supervisorMode, 0, 0];
  view.setBigUint64(startOffset, BigInt(options.start), true);
  view.setBigUint64(deviceTreeOffset, BigInt(options.deviceTree), true);
  for (const [index, word] of words.entries()) {
    view.setBigUint64(dynamicInfoOffset + index * 8, BigInt(word), true);
  }
  return rom;
}
