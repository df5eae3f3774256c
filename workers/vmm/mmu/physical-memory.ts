/**
 * Guest-physical addresses to machine addresses, inside generated code.
 *
 * RAM lies at 0x8000_0000; one page of ROM (the reset vector) at 0x1000. Everything else is a
 * device's or nobody's, and has no machine address.
 */

import { ramBase, romBase } from "../base/memory-map.ts";
import type { FunctionBuilder } from "../base/wasm/function-builder.ts";
import type { Callee, ModuleBuilder } from "../base/wasm/module-builder.ts";
import { type I32, type I64, i32, type Value } from "../base/wasm/value.ts";
import { HartFields } from "../isa/hart-layout.ts";
import {
  entryAbsent,
  entryAccessed,
  entryPresent,
  entryShared,
  entryWritable,
  mapSlot,
  slotBytesLog2,
} from "../memory/guest-map.ts";
import { pageBytes, zeroFrameWord } from "../memory/layout.ts";

const romPage = romBase / pageBytes;
const readyToRead = entryPresent | entryAccessed;
const readyToWrite = entryWritable | entryAccessed;

export interface PhysicalMemory {
  /** (hart, physical address) → machine address of the byte for reading, or 0 where it is no memory. */
  readonly readable: Callee<readonly ["i32", "i64"], "i32">;
  /**
   * (hart, physical address, width) → machine address for a store of that width, or 0 where it is
   * no RAM. The page has a private frame afterwards, and pre-decoded code that the store changes
   * is dropped. The store must not leave the page.
   */
  readonly writable: Callee<readonly ["i32", "i64", "i32"], "i32">;
  /** Slot in the guest map of the page that one of the two above found last. */
  readonly slot: { get(): Value<"i32"> };
  /** (hart, slot) → machine address of the page's frame, for reading. */
  readonly readableFrame: Callee<readonly ["i32", "i32"], "i32">;
  /** (hart, slot) → machine address of the page's frame, which is private afterwards. */
  readonly writableFrame: Callee<readonly ["i32", "i32"], "i32">;
  /** (hart, physical address): comes back only where the page is not absent. */
  readonly need: Callee<readonly ["i32", "i64"], undefined>;
}

export interface PhysicalMemoryImports {
  /** (hart, page of RAM) → the page's new map entry, writable. */
  readonly materialise: Callee<readonly ["i32", "i32"], "i32">;
  /** (hart, page): an absent page is needed. Does not come back where it stays absent. */
  readonly absent: Callee<readonly ["i32", "i32"], undefined>;
  /** (slot, offset in its page, width): a store is about to change a page with pre-decoded code. */
  readonly codeWritten: Callee<readonly ["i32", "i32", "i32"], undefined>;
}

export function buildPhysicalMemory(
  module: ModuleBuilder,
  { materialise, absent, codeWritten }: PhysicalMemoryImports,
): PhysicalMemory {
  const found = module.global("i32");
  const zeroFrame = () => i32.load(i32.const(zeroFrameWord));
  const pageOf = (address: I64) => address.sub(ramBase).shrU(12);
  const offsetIn = (address: I64) => address.wrap().and(pageBytes - 1);
  const slotAt = (h: HartFields, page: I32) => h.get("guestMap").add(page.shl(slotBytesLog2));
  const pageAt = (h: HartFields, slot: I32) => slot.sub(h.get("guestMap")).shrU(slotBytesLog2);

  /** The entry of a page that can be read now. */
  const entryForReading = (f: FunctionBuilder, hart: I32, slot: I32) => {
    const entry = f.let(mapSlot.entry(slot));
    f.if(entry.and(readyToRead).ne(readyToRead), () => {
      f.if(entry.and(entryAbsent), () => {
        f.do(absent.call(hart, pageAt(new HartFields(f, hart), slot)));
        entry.set(mapSlot.entry(slot));
      });
      f.if(entry.eqz(), () => entry.set(zeroFrame().or(entryPresent)));
      entry.set(entry.or(entryAccessed));
      f.store(slot, 0, entry);
    });
    return entry;
  };

  /** The entry of a page that can be written now. */
  const entryForWriting = (f: FunctionBuilder, hart: I32, slot: I32) => {
    const h = new HartFields(f, hart);
    const entry = f.let(mapSlot.entry(slot));
    f.if(entry.and(readyToWrite).ne(readyToWrite), () => {
      f.if(entry.and(entryAbsent), () => {
        f.do(absent.call(hart, pageAt(h, slot)));
        entry.set(mapSlot.entry(slot));
      });
      f.if(
        entry.and(entryWritable),
        () => {
          entry.set(entry.or(entryAccessed));
          f.store(slot, 0, entry);
        },
        () => {
          const isZeros = entry.and(-pageBytes).eq(zeroFrame());
          f.if(
            entry.and(entryShared),
            () => h.count("memory.cow"),
            () =>
              f.if(
                isZeros.or(entry.eqz()),
                () => h.count("memory.zero"),
                () => h.count("trace.dirty"),
              ),
          );
          entry.set(materialise.call(hart, pageAt(h, slot)));
        },
      );
    });
    return entry;
  };

  const readable = module.function(["i32", "i64"], "i32", (f, hart, address) => {
    const h = new HartFields(f, hart);
    const page = f.let(pageOf(address));
    const slot = f.local("i32");
    f.if(page.ltU(h.get("ramPages").extendU()), () => {
      slot.set(slotAt(h, page.wrap()));
      f.setGlobal(found, slot);
      const entry = entryForReading(f, hart, slot);
      f.return(entry.and(-pageBytes).or(offsetIn(address)));
    });
    f.if(address.shrU(12).eq(romPage), () => {
      slot.set(slotAt(h, h.get("ramPages")));
      f.setGlobal(found, slot);
      const entry = f.let(mapSlot.entry(slot));
      f.if(entry, () => f.return(entry.and(-pageBytes).or(offsetIn(address))));
    });
    f.return(i32.const(0));
  });

  const writable = module.function(["i32", "i64", "i32"], "i32", (f, hart, address, width) => {
    const h = new HartFields(f, hart);
    const page = f.let(pageOf(address));
    f.if(page.geU(h.get("ramPages").extendU()), () => f.return(i32.const(0)));
    const slot = f.let(slotAt(h, page.wrap()));
    f.setGlobal(found, slot);
    const entry = entryForWriting(f, hart, slot);
    f.if(mapSlot.records(slot), () => {
      h.count("trace.code");
      f.do(codeWritten.call(slot, offsetIn(address), width));
    });
    f.return(entry.and(-pageBytes).or(offsetIn(address)));
  });

  const readableFrame = module.function(["i32", "i32"], "i32", (f, hart, slot) => {
    f.return(entryForReading(f, hart, slot).and(-pageBytes));
  });

  const writableFrame = module.function(["i32", "i32"], "i32", (f, hart, slot) => {
    const h = new HartFields(f, hart);
    f.if(mapSlot.entry(slot).and(entryWritable), () => h.count("trace.access"));
    f.return(entryForWriting(f, hart, slot).and(-pageBytes));
  });

  const need = module.function(["i32", "i64"], undefined, (f, hart, address) => {
    const h = new HartFields(f, hart);
    const page = f.let(pageOf(address));
    f.if(page.geU(h.get("ramPages").extendU()), () => f.return());
    const isAbsent = mapSlot.entry(slotAt(h, page.wrap())).and(entryAbsent);
    f.if(isAbsent, () => f.do(absent.call(hart, page.wrap())));
  });

  const slot = { get: () => found.get() };
  return { readable, writable, slot, readableFrame, writableFrame, need };
}
