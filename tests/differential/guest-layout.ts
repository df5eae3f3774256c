/** Where the guest of a differential test keeps what is compared. */
export const imageBase = 0x8000_0000;

/** State after a program, in 64-bit words: see `recordWords`. Scratch words of the harness lie before it. */
export const recordAddress = 0x8080_0000;
/** Memory that programs load from and store to; its pointers start at `scratchCentre`. */
export const scratchAddress = 0x8081_0000 - 512;
export const scratchCentre = 0x8081_0000;
export const scratchWords = 256;

export const trapLogSlots = 32;
/** Cause, trap value, program counter, mstatus. */
export const trapWords = ["cause", "tval", "epc", "status"] as const;

/** Word offsets in the record. */
export const recordWords = {
  integers: 0,
  floats: 32,
  fcsr: 64,
  mstatus: 65,
  trapCount: 66,
  /** Over all registers at all traps. */
  digest: 67,
  traps: 68,
  end: 68 + trapLogSlots * trapWords.length,
} as const;

/** A program that trapped this often has lost its way and is ended. */
export const mostTraps = 1500;

export const ramBytes = 32 * 2 ** 20;
