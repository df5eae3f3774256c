/**
 * Guest-physical addresses to machine addresses, inside generated code.
 *
 * RAM lies at 0x8000_0000; one page of ROM (the reset vector) at 0x1000. Everything else is a
 * device's or nobody's, and has no machine address.
 */

import { ramBase, romBase } from "../base/memory-map.ts";
import type { Callee, ModuleBuilder } from "../base/wasm/module-builder.ts";
import { type I64, i32 } from "../base/wasm/value.ts";
import { HartFields } from "../isa/hart-layout.ts";
import { entryPresent, entryWritable } from "../memory/guest-ram.ts";
import { codeTableBase, pageBytes } from "../memory/layout.ts";

const romPage = romBase / pageBytes;

export interface PhysicalMemory {
  /** (hart, physical address) → machine address of the byte for reading, or 0 where it is no memory. */
  readonly readable: Callee<readonly ["i32", "i64"], "i32">;
  /**
   * (hart, physical address, width) → machine address for a store of that width, or 0 where it is
   * no RAM. The page has a private frame afterwards, and pre-decoded code that the store changes
   * is dropped. The store must not leave the page.
   */
  readonly writable: Callee<readonly ["i32", "i64", "i32"], "i32">;
}

export interface PhysicalMemoryImports {
  /** (hart, page of RAM) → the page's new map entry, writable. */
  readonly materialise: Callee<readonly ["i32", "i32"], "i32">;
  /** (machine address, width): a store is about to change a frame with pre-decoded code. */
  readonly codeWritten: Callee<readonly ["i32", "i32"], undefined>;
}

export function buildPhysicalMemory(
  module: ModuleBuilder,
  zeroFrameAddress: number,
  { materialise, codeWritten }: PhysicalMemoryImports,
): PhysicalMemory {
  const pageOf = (address: I64) => address.sub(ramBase).shrU(12);
  const offsetIn = (address: I64) => address.wrap().and(pageBytes - 1);

  const readable = module.function(["i32", "i64"], "i32", (f, hart, address) => {
    const h = new HartFields(f, hart);
    const page = f.let(pageOf(address));
    f.if(page.ltU(h.get("ramPages").extendU()), () => {
      const slot = f.let(h.get("guestMap").add(page.wrap().shl(2)));
      const entry = f.let(i32.load(slot));
      f.if(entry.eqz(), () => {
        entry.set(zeroFrameAddress | entryPresent);
        f.store(slot, 0, entry);
      });
      f.return(entry.and(-pageBytes).or(offsetIn(address)));
    });
    f.if(address.shrU(12).eq(romPage).and(h.get("romFrame").ne(0)), () =>
      f.return(h.get("romFrame").or(offsetIn(address))),
    );
    f.return(i32.const(0));
  });

  const writable = module.function(["i32", "i64", "i32"], "i32", (f, hart, address, width) => {
    const h = new HartFields(f, hart);
    const page = f.let(pageOf(address));
    f.if(page.geU(h.get("ramPages").extendU()), () => f.return(i32.const(0)));
    const entry = f.let(i32.load(h.get("guestMap").add(page.wrap().shl(2))));
    f.if(entry.and(entryWritable).eqz(), () => {
      h.count("memory.zero");
      entry.set(materialise.call(hart, page.wrap()));
    });
    const target = f.let(entry.and(-pageBytes).or(offsetIn(address)));
    f.if(i32.load(target.shrU(12).shl(2), codeTableBase), () => {
      h.count("trace.code");
      f.do(codeWritten.call(target, width));
    });
    f.return(target);
  });

  return { readable, writable };
}
