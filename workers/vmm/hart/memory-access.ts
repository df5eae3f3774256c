/**
 * The slow path of loads and stores: everything that the inlined TLB check leaves over.
 *
 * Translates, fills the TLB, reaches devices, and takes misaligned accesses apart where they cross
 * a page. An access that faults raises the exception, sets `faulted` and gives 0.
 */
import type { FunctionBuilder, Local } from "../base/wasm/function-builder.ts";
import type { Callee, ModuleBuilder } from "../base/wasm/module-builder.ts";
import { type I32, type I64, i32, i64, select } from "../base/wasm/value.ts";
import { HartFields } from "../isa/hart-layout.ts";
import { entryShared, hintsAddress, mapSlot } from "../memory/guest-map.ts";
import { access } from "../mmu/access.ts";
import type { PhysicalMemory } from "../mmu/physical-memory.ts";
import {
  addend,
  entryAddress,
  entryIndex,
  entrySlot,
  fillEntry,
  hits,
  isWithdrawn,
  withdrawEntry,
  writeTableOffset,
} from "../mmu/tlb.ts";
import type { Walk } from "../mmu/walk.ts";
import type { ContextFunctions } from "./context.ts";
import { exception } from "./privilege.ts";
import { stopCodes } from "./stop-codes.ts";
import type { TrapFunctions } from "./trap.ts";
import { hasTriggers } from "./trigger-csrs.ts";
import { type Triggers, triggerKinds } from "./triggers.ts";

export interface MemoryAccess {
  /** (hart, address, width in bytes) → zero-extended value. */
  readonly load: Callee<readonly ["i32", "i64", "i32"], "i64">;
  /** (hart, address, width, value). */
  readonly store: Callee<readonly ["i32", "i64", "i32", "i64"], undefined>;
  /**
   * (hart, address, width) → machine address for an atomic read and write. A misaligned address is
   * a misaligned-store exception; a device or nothing an access fault.
   */
  readonly atomic: Callee<readonly ["i32", "i64", "i32"], "i32">;
  /** (hart, address, width) → value, for load-reserved: an access fault where there is no memory. */
  readonly loadReserved: Callee<readonly ["i32", "i64", "i32"], "i64">;
  /** As `store`, of a part of an access that the hart's triggers have seen as a whole. */
  readonly storePart: Callee<readonly ["i32", "i64", "i32", "i64"], undefined>;
}

export interface DeviceImports {
  /** (hart, physical address, width 1, 2 or 4) → value; sets `faulted` where nothing is mapped. */
  readonly load: Callee<readonly ["i32", "i32", "i32"], "i32">;
  readonly store: Callee<readonly ["i32", "i32", "i32", "i32"], undefined>;
  /**
   * (hart, low and high half of the virtual address, width | one of `watchKinds`) → 1 where a
   * debugger wants to stop before the access.
   */
  readonly watched: Callee<readonly ["i32", "i32", "i32", "i32"], "i32">;
}

/** What an access in a page with watchpoints is, beside its width. */
export const watchKinds = { load: 16, store: 32, atomic: 48 } as const;

interface Parts {
  readonly memory: PhysicalMemory;
  readonly walk: Walk;
  readonly context: ContextFunctions;
  readonly traps: TrapFunctions;
  readonly triggers: Triggers;
  readonly devices: DeviceImports;
}

export function buildMemoryAccess(module: ModuleBuilder, parts: Parts): MemoryAccess {
  const { memory, walk, context, traps, triggers, devices } = parts;
  const loadPart = module.declare(["i32", "i64", "i32"], "i64");
  const storePart = module.declare(["i32", "i64", "i32", "i64"], undefined);

  /** A trigger that matches comes before every fault of the access (privileged manual, table 3.7). */
  const raiseIfTriggered = (
    f: FunctionBuilder,
    hart: I32,
    address: I64,
    width: I32,
    kind: keyof typeof triggerKinds,
    failure?: I64 | I32,
  ) => {
    const h = new HartFields(f, hart);
    const last = address.add(width.extendU()).sub(1);
    const mayMatch = hasTriggers(h, address, "dataPage").or(hasTriggers(h, last, "dataPage"));
    f.if(h.get("triggersArmed"), () =>
      f.if(mayMatch, () =>
        f.if(triggers.match.call(hart, address, width, triggerKinds[kind]), () => {
          f.do(traps.raise.call(hart, exception.breakpoint, address));
          f.return(failure);
        }),
      ),
    );
  };

  /** Translates for data; on a fault raises it and returns `failure` from the function. */
  const translate = (
    f: FunctionBuilder,
    hart: I32,
    address: I64,
    kind: number,
    width: I32,
    failure?: I64 | I32,
  ) => {
    const privilege = context.dataPrivilege.call(hart);
    const physical = f.let(walk.translate.call(hart, address, kind, privilege, width));
    f.if(physical.eq(-1), () => {
      f.do(traps.raise.call(hart, walk.cause.get(), address));
      f.return(failure);
    });
    return physical;
  };

  /**
   * Lets a debugger look at an access to a page with watchpoints, whose entries are all withdrawn.
   * Where it wants to stop, the instruction is abandoned as if it had not begun.
   */
  const report = (
    f: FunctionBuilder,
    hart: I32,
    address: I64,
    width: I32,
    kind: keyof typeof watchKinds,
    failure?: I64 | I32,
  ) => {
    const h = new HartFields(f, hart);
    const [low, high] = [address.wrap(), address.shrU(32).wrap()];
    f.if(hasWatchpoints(h, address), () =>
      f.if(devices.watched.call(hart, low, high, width.or(watchKinds[kind])), () => {
        h.set("faulted", 1);
        h.set("stopRequest", stopCodes.debug);
        h.set("budget", h.get("budget").add(1));
        f.return(failure);
      }),
    );
  };

  const crossesPage = (address: I64, width: I32) => address.wrap().and(4095).add(width).gtU(4096);

  /**
   * Puts an entry back that was withdrawn: as it was, whatever the page tables say by now. That of a
   * page with watchpoints stays withdrawn, so that every access comes here.
   *
   * @returns machine address of the access
   */
  const putBack = (
    f: FunctionBuilder,
    hart: I32,
    entry: Local<"i32">,
    address: I64,
    how: "readableFrame" | "writableFrame",
  ): I32 => {
    const h = new HartFields(f, hart);
    const slot = f.let(entrySlot(entry));
    const frame = f.let(memory[how].call(hart, slot));
    const generation = h.get("dataGeneration");
    const distance = frame.sub(address.wrap().and(-4096));
    f.if(hasWatchpoints(h, address).eqz(), () => {
      fillEntry(f, entry, address, { addend: distance, slot, generation });
      if (how === "readableFrame") {
        h.count("trace.access");
        noteIfShared(f, h, slot, address);
      }
    });
    return frame.add(address.wrap().and(4095));
  };

  /** Devices live below 4 GiB; an address beyond is nobody's. */
  const deviceAddress = (
    f: FunctionBuilder,
    hart: I32,
    address: I64,
    physical: I64,
    cause: number,
    failure?: I64,
  ): I32 => {
    f.if(physical.shrU(32).ne(0), () => {
      f.do(traps.raise.call(hart, cause, address));
      f.return(failure);
    });
    return physical.wrap();
  };

  module.define(loadPart, (f, hart, address, width) => {
    const h = new HartFields(f, hart);
    const nothing = i64.const(0);
    f.if(crossesPage(address, width), () => {
      const value = f.local("i64");
      const i = f.local("i32");
      const byte = f.local("i64");
      f.loop((again) => {
        byte.set(loadPart.call(hart, address.add(i.extendU()), 1));
        f.if(h.get("faulted"), () => f.return(nothing));
        value.set(value.or(byte.shl(i.shl(3).extendU())));
        i.set(i.add(1));
        f.branchIf(i.ltU(width), again);
      });
      f.return(value);
    });
    // A misaligned access inside a page misses the inlined check, but not the TLB.
    const entry = f.let(entryAddress(h.get("dataTlb"), address));
    f.if(hits(entry, address.and(-4096), 1, h.get("dataGeneration")), () => {
      const cached = f.let(address.wrap().add(addend(entry)));
      f.return(byWidth(f, width, (bytes) => loadBytes(cached, bytes)));
    });
    f.if(isWithdrawn(entry, address, h.get("dataGeneration")), () => {
      report(f, hart, address, width, "load", nothing);
      const target = f.let(putBack(f, hart, entry, address, "readableFrame"));
      f.return(byWidth(f, width, (bytes) => loadBytes(target, bytes)));
    });
    const physical = translate(f, hart, address, access.load, width, nothing);
    report(f, hart, address, width, "load", nothing);
    const target = f.let(memory.readable.call(hart, physical));
    f.if(target.ne(0), () => {
      f.if(walk.isCacheable.get().and(hasTriggers(h, address, "dataPage").eqz()), () => {
        h.count("mmu.fill");
        const slot = f.let(memory.slot.get());
        const generation = h.get("dataGeneration");
        fillEntry(f, entry, address, { addend: target.sub(address.wrap()), slot, generation });
        noteIfShared(f, h, slot, address);
        withdrawIfWatched(f, h, entry, address);
      });
      f.return(byWidth(f, width, (bytes) => loadBytes(target, bytes)));
    });
    h.count("mmio.read");
    const device = f.let(deviceAddress(f, hart, address, physical, exception.loadAccess, nothing));
    const value = f.local("i64");
    f.if(
      width.eq(8),
      () => {
        value.set(devices.load.call(hart, device, 4).extendU());
        value.set(value.or(devices.load.call(hart, device.add(4), 4).extendU().shl(32)));
      },
      () => value.set(devices.load.call(hart, device, width).extendU()),
    );
    f.if(h.get("faulted"), () => {
      f.do(traps.raise.call(hart, exception.loadAccess, address));
      f.return(nothing);
    });
    f.return(value);
  });

  module.define(storePart, (f, hart, address, width, value) => {
    const h = new HartFields(f, hart);
    f.if(crossesPage(address, width), () => {
      // Both pages must take the store before any byte of it is visible; the first one's fault counts.
      const inFirst = f.let(i32.const(4096).sub(address.wrap().and(4095)));
      const here = translate(f, hart, address, access.store, inFirst);
      const last = f.let(address.add(width.extendU()).sub(1).and(-4096));
      const there = translate(f, hart, last, access.store, width.sub(inFirst));
      // Where one of them is absent the store comes again: nothing may have been counted by then.
      f.do(memory.need.call(hart, here));
      f.do(memory.need.call(hart, there));
      f.if(memory.writable.call(hart, there, 1).eqz(), () => {
        f.do(traps.raise.call(hart, exception.storeAccess, last));
        f.return();
      });
      const i = f.local("i32");
      f.loop((again) => {
        f.do(storePart.call(hart, address.add(i.extendU()), 1, value.shrU(i.shl(3).extendU())));
        f.if(h.get("faulted"), () => f.return());
        i.set(i.add(1));
        f.branchIf(i.ltU(width), again);
      });
      f.return();
    });
    const entry = f.let(entryAddress(h.get("dataTlb").add(writeTableOffset), address));
    f.if(hits(entry, address.and(-4096), 1, h.get("dataGeneration")), () => {
      storeBytes(f, f.let(address.wrap().add(addend(entry))), value, width);
      f.return();
    });
    f.if(isWithdrawn(entry, address, h.get("dataGeneration")), () => {
      report(f, hart, address, width, "store");
      const target = f.let(putBack(f, hart, entry, address, "writableFrame"));
      storeBytes(f, target, value, width);
      f.return();
    });
    const physical = translate(f, hart, address, access.store, width);
    const target = f.let(memory.writable.call(hart, physical, width));
    const slot = f.let(memory.slot.get());
    report(f, hart, address, width, "store");
    f.if(target.ne(0), () => {
      fillWriteEntry(f, h, address, { target, slot }, walk.isCacheable.get());
      storeBytes(f, target, value, width);
      f.return();
    });
    h.count("mmio.write");
    const device = f.let(deviceAddress(f, hart, address, physical, exception.storeAccess));
    f.if(
      width.eq(8),
      () => {
        f.do(devices.store.call(hart, device, 4, value.wrap()));
        f.do(devices.store.call(hart, device.add(4), 4, value.shrU(32).wrap()));
      },
      () => f.do(devices.store.call(hart, device, width, value.wrap())),
    );
    f.if(h.get("faulted"), () => f.do(traps.raise.call(hart, exception.storeAccess, address)));
  });

  const atomic = module.function(["i32", "i64", "i32"], "i32", (f, hart, address, width) => {
    const h = new HartFields(f, hart);
    const nothing = i32.const(0);
    raiseIfTriggered(f, hart, address, width, "atomic", nothing);
    f.if(address.wrap().and(width.sub(1)).ne(0), () => {
      f.do(traps.raise.call(hart, exception.storeMisaligned, address));
      f.return(nothing);
    });
    const entry = f.let(entryAddress(h.get("dataTlb").add(writeTableOffset), address));
    f.if(hits(entry, address.and(-4096), 1, h.get("dataGeneration")), () =>
      f.return(address.wrap().add(addend(entry))),
    );
    f.if(isWithdrawn(entry, address, h.get("dataGeneration")), () => {
      report(f, hart, address, width, "atomic", nothing);
      f.return(putBack(f, hart, entry, address, "writableFrame"));
    });
    const physical = translate(f, hart, address, access.store, width, nothing);
    const target = f.let(memory.writable.call(hart, physical, width));
    const slot = f.let(memory.slot.get());
    f.if(target.eqz(), () => {
      f.do(traps.raise.call(hart, exception.storeAccess, address));
      f.return(nothing);
    });
    report(f, hart, address, width, "atomic", nothing);
    fillWriteEntry(f, h, address, { target, slot }, walk.isCacheable.get());
    f.return(target);
  });

  const load = module.function(["i32", "i64", "i32"], "i64", (f, hart, address, width) => {
    raiseIfTriggered(f, hart, address, width, "load", i64.const(0));
    f.return(loadPart.call(hart, address, width));
  });

  const store = module.function(
    ["i32", "i64", "i32", "i64"],
    undefined,
    (f, hart, address, width, value) => {
      raiseIfTriggered(f, hart, address, width, "store");
      f.do(storePart.call(hart, address, width, value));
    },
  );

  const loadReserved = module.function(["i32", "i64", "i32"], "i64", (f, hart, address, width) => {
    const nothing = i64.const(0);
    raiseIfTriggered(f, hart, address, width, "load", nothing);
    const physical = translate(f, hart, address, access.load, width, nothing);
    f.if(memory.readable.call(hart, physical).eqz(), () => {
      f.do(traps.raise.call(hart, exception.loadAccess, address));
      f.return(nothing);
    });
    f.return(loadPart.call(hart, address, width));
  });

  return { load, store, atomic, loadReserved, storePart };
}

/**
 * Grants a write entry where the translation holds for the whole page, unless every store must
 * come here: the page holds pre-decoded code, or it is watched and the monitor wants to look at it
 * after the instruction.
 */
function fillWriteEntry(
  f: FunctionBuilder,
  h: HartFields,
  address: I64,
  { target, slot }: { target: I32; slot: I32 },
  isCacheable: I32,
): void {
  const isWatched = f.let(slot.eq(h.get("watchedSlot")));
  f.if(isWatched, () => h.set("stopRequest", stopCodes.watched));
  const hasCode = mapSlot.records(slot).ne(0);
  const mustComeHere = hasCode.or(isWatched).or(hasTriggers(h, address, "dataPage"));
  f.if(mustComeHere.eqz().and(isCacheable), () => {
    h.count("mmu.fill");
    const entry = f.let(entryAddress(h.get("dataTlb").add(writeTableOffset), address));
    fillEntry(f, entry, address, {
      addend: target.sub(address.wrap()),
      slot,
      generation: h.get("dataGeneration"),
    });
    withdrawIfWatched(f, h, entry, address);
  });
}

/**
 * The entry of a page with watchpoints is there, counted, and hides no access: to a guest it is the
 * entry that it would be without a debugger.
 */
function withdrawIfWatched(
  f: FunctionBuilder,
  h: HartFields,
  entry: Local<"i32">,
  address: I64,
): void {
  f.if(hasWatchpoints(h, address), () => withdrawEntry(f, entry, address, h.get("dataGeneration")));
}

/** Leaves a hint where a read entry leads to a shared page; see `MapTlbs`. */
function noteIfShared(f: FunctionBuilder, h: HartFields, slot: I32, address: I64): void {
  f.if(mapSlot.entry(slot).and(entryShared), () => {
    const hints = f.let(hintsAddress(h.get("guestMap"), h.get("ramPages"), slot));
    f.store(hints, 0, i32.load(hints).or(i32.const(1).shl(entryIndex(address))));
  });
}

function hasWatchpoints(h: HartFields, address: I64): I32 {
  return address.geU(h.get("watchFirst")).and(address.leU(h.get("watchLast")));
}

function loadBytes(target: I32, bytes: 1 | 2 | 4 | 8): I64 {
  if (bytes === 1) return i64.load8U(target);
  if (bytes === 2) return i64.load16U(target);
  return bytes === 4 ? i64.load32U(target) : i64.load(target);
}

function byWidth(f: FunctionBuilder, width: I32, value: (bytes: 1 | 2 | 4 | 8) => I64): I64 {
  const result = f.local("i64");
  f.if(
    width.eq(8),
    () => result.set(value(8)),
    () =>
      f.if(
        width.eq(4),
        () => result.set(value(4)),
        () => result.set(select(width.eq(2), value(2), value(1))),
      ),
  );
  return result;
}

function storeBytes(f: FunctionBuilder, target: I32, value: I64, width: I32): void {
  const cases = [1, 2, 4] as const;
  f.block((done) => {
    for (const bytes of cases) {
      f.if(width.eq(bytes), () => {
        f.storeNarrow(target, 0, value, bytes);
        f.branch(done);
      });
    }
    f.store(target, 0, value);
  });
}
