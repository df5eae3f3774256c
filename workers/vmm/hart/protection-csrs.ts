/** The registers of physical memory protection (privileged manual, 3.7.1): 16 entries, grain 4. */
import { type I32, i32 } from "../base/wasm/value.ts";
import { type HartFields, hartFields, pmpEntries } from "../isa/hart-layout.ts";
import { pmp, pmpModes } from "../mmu/protection.ts";
import type { CsrRow } from "./csr-row.ts";

const everyByte = 0x0101_0101_0101_0101n;
const existingBits = BigInt(pmp.r | pmp.w | pmp.x | pmp.mode | pmp.locked) * everyByte;
const addressBits = (1n << 54n) - 1n;

/** Eight configurations; a locked one keeps its byte, and writable without readable is no choice. */
const configuration = (number: number, field: "pmpcfg0" | "pmpcfg2"): CsrRow => ({
  number,
  read: ({ h }) => h.get(field),
  write: ({ f, h, flush }, value) => {
    const before = f.let(h.get(field));
    const locked = f.let(before.shrU(7).and(everyByte).mul(0xff));
    const readable = value.and(everyByte).shl(1);
    const legal = value.and(readable.or(~(2n * everyByte))).and(existingBits);
    h.set(field, before.and(locked).or(legal.and(locked.not())));
    flush();
  },
});

const configurationByte = (h: HartFields, entry: number): I32 =>
  i32.load8U(h.base, hartFields.pmpcfg0.offset + entry);

/** Locked with its own entry, and as the lower bound of a locked range. */
const isLocked = (h: HartFields, entry: number): I32 => {
  const own = configurationByte(h, entry).and(pmp.locked).ne(0);
  if (entry + 1 === pmpEntries) return own;
  const lockedRange = pmp.locked | pmpModes.topOfRange;
  const next = configurationByte(h, entry + 1).and(pmp.locked | pmp.mode);
  return own.or(next.eq(lockedRange));
};

const address = (entry: number): CsrRow => {
  const field = `pmpaddr${entry}` as "pmpaddr0";
  return {
    number: 0x3b0 + entry,
    read: ({ h }) => h.get(field),
    write: ({ f, h, flush }, value) =>
      f.if(isLocked(h, entry).eqz(), () => {
        h.set(field, value.and(addressBits));
        flush();
      }),
  };
};

export const protectionCsrs: readonly CsrRow[] = [
  configuration(0x3a0, "pmpcfg0"),
  configuration(0x3a2, "pmpcfg2"),
  ...Array.from({ length: pmpEntries }, (_, entry) => address(entry)),
];
