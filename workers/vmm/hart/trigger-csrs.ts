/**
 * The registers of the trigger module (debug specification, chapter "Sdtrig"): two triggers that
 * match the address of a fetch, load or store and raise a breakpoint exception before it is done.
 *
 * `tdata1` is `mcontrol` (type 2, what it is after reset), `mcontrol6` (type 6) or disabled (type
 * 15). An address matches when it is equal to `tdata2`; there are no chains, no data matches, no
 * timing behind the access and no entry into debug mode, so their fields stay 0. A trigger that
 * looks at fetches looks at those of any size. `tdata3` has nothing to restrict.
 */
import { type I32, type I64, i64, select } from "../base/wasm/value.ts";
import type { HartFields } from "../isa/hart-layout.ts";
import { triggers } from "../isa/hart-layout.ts";
import { type CsrContext, type CsrRow, fixed } from "./csr-row.ts";

/** Bits of `tdata1` that both address-match types have in the same places. */
export const triggerControl = {
  load: 1n,
  store: 1n << 1n,
  execute: 1n << 2n,
  user: 1n << 3n,
  supervisor: 1n << 4n,
  machine: 1n << 6n,
} as const;

export const triggerType = { match: 2n << 60n, match6: 6n << 60n, disabled: 15n << 60n } as const;
/** Where a type keeps the size of accesses, and which sizes there are: any, 1, 2, 4 and 8 bytes. */
export const triggerSize = { any: 0, bytes1: 1, bytes2: 2, bytes4: 3, bytes8: 5 } as const;

const typeMask = 15n << 60n;
const accesses = triggerControl.load | triggerControl.store;
const matchBits = Object.values(triggerControl).reduce((all, bit) => all | bit);
const offPage = -1n;

/** The size field of a `tdata1` as a number of `triggerSize`, wherever its type keeps it. */
export function sizeOf(tdata1: I64): I64 {
  const low = tdata1.shrU(16).and(3);
  const high = tdata1.shrU(21).and(3).shl(2);
  return select(isType(tdata1, triggerType.match6), tdata1.shrU(16).and(7), low.or(high));
}

function isType(tdata1: I64, type: bigint): I32 {
  return tdata1.and(typeMask).eq(type);
}

/** A size that no access has, or any size where fetches are meant, too, is no restriction. */
function legalControl({ f }: CsrContext, value: I64): I64 {
  const size = f.let(sizeOf(value));
  const known = size.leU(triggerSize.bytes4).or(size.eq(triggerSize.bytes8));
  const kept = known.and(value.and(triggerControl.execute).eqz());
  size.set(select(kept, size, i64.const(0)));
  const isMatch6 = isType(value, triggerType.match6);
  const inMatch = size.and(3).shl(16).or(size.shrU(2).shl(21));
  const field = select(isMatch6, size.shl(16), inMatch);
  const own = value.and(typeMask | matchBits).or(field);
  const isOurs = isMatch6.or(isType(value, triggerType.match));
  return select(isOurs, own, i64.const(triggerType.disabled));
}

const fieldsOf = (index: number) => {
  const at = <T extends string>(name: T) => `${name}Of${index}` as `${T}Of0`;
  return {
    control: at("tdata1"),
    address: at("tdata2"),
    fetchPage: at("fetchPage"),
    dataPage: at("dataPage"),
  };
};

/** Finds the pages of which no translation may be cached, and forgets those that are. */
function watchPages({ h, flush }: CsrContext, index: number): void {
  const { control, address, fetchPage, dataPage } = fieldsOf(index);
  const isOn = isType(h.get(control), triggerType.disabled).eqz();
  const pageFor = (bits: bigint) =>
    select(isOn.and(h.get(control).and(bits).ne(0)), h.get(address).and(-4096), i64.const(offPage));
  h.set(fetchPage, pageFor(triggerControl.execute));
  h.set(dataPage, pageFor(accesses));
  const pages = h.get("fetchPageOf0").and(h.get("fetchPageOf1")).and(h.get("dataPageOf0"));
  h.set("triggersArmed", pages.and(h.get("dataPageOf1")).ne(offPage));
  flush();
}

const ofSelected = (
  number: number,
  field: "control" | "address",
  legal: (c: CsrContext, value: I64) => I64,
): CsrRow => ({
  number,
  read: ({ h }) =>
    select(h.get("tselect").eqz(), h.get(fieldsOf(0)[field]), h.get(fieldsOf(1)[field])),
  write: (c, value) => {
    const written = c.f.let(legal(c, value));
    for (let index = 0; index < triggers; index++) {
      c.f.if(c.h.get("tselect").eq(index), () => {
        c.h.set(fieldsOf(index)[field], written);
        watchPages(c, index);
      });
    }
  },
});

export const triggerCsrs: readonly CsrRow[] = [
  {
    number: 0x7a0,
    read: ({ h }) => h.get("tselect").extendU(),
    // A trigger that does not exist cannot be selected.
    write: ({ f, h }, value) => f.if(value.ltU(triggers), () => h.set("tselect", value.wrap())),
  },
  ofSelected(0x7a1, "control", legalControl),
  ofSelected(0x7a2, "address", (_, value) => value),
  fixed(0x7a3, 0n),
  // The types that `tdata1` takes, one bit each, and in 31:24 the version of the specification.
  fixed(0x7a4, (1n << 24n) | (1n << 2n) | (1n << 6n) | (1n << 15n)),
];

/** 1 where the page of an address is one whose fetches, or whose data, a trigger has to see. */
export function hasTriggers(h: HartFields, address: I64, kind: "fetchPage" | "dataPage"): I32 {
  const page = address.and(-4096);
  return page.eq(h.get(`${kind}Of0`)).or(page.eq(h.get(`${kind}Of1`)));
}
