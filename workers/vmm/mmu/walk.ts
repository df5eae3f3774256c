/**
 * The page-table walk of Sv39, Sv48 and Sv57 (privileged manual, 4.3.2) with Svnapot, Svpbmt and
 * Svadu, and the check of physical memory protection behind it. The mode comes from `satp`, which
 * accepts only what the hart offers.
 */
import type { FunctionBuilder, Local } from "../base/wasm/function-builder.ts";
import type { Callee, ModuleBuilder } from "../base/wasm/module-builder.ts";
import { type I32, i32, i64, select, type Value } from "../base/wasm/value.ts";
import { HartFields } from "../isa/hart-layout.ts";
import { access } from "./access.ts";
import type { PhysicalMemory } from "./physical-memory.ts";
import { type Protection, protection } from "./protection.ts";

const pte = { v: 1, r: 2, w: 4, x: 8, u: 16, g: 32, a: 64, d: 128 } as const;
/** The page number's bits, those no extension uses, the memory type, and the NAPOT bit. */
const pteNumber = (1n << 54n) - 1n;
const pteReserved = 0x7fn << 54n;
const pteMemoryType = 3n << 61n;
const pteNapot = 1n << 63n;
const pteHigh = ~pteNumber;
const mstatusSum = 1 << 18;
const mstatusMxr = 1 << 19;
const menvcfgAdue = 1n << 61n;
const menvcfgPbmte = 1n << 62n;
const machine = 3;
const supervisor = 1;
const user = 0;
/** The only size that Svnapot defines: 64 KiB, page number bits 3:0 = 1000. */
const napotPages = 16;

export interface Walk {
  /**
   * (hart, virtual address, access, effective privilege, width in bytes) → physical address, or -1
   * with the exception cause in `cause`. The access must not leave its page.
   */
  readonly translate: Callee<readonly ["i32", "i64", "i32", "i32", "i32"], "i64">;
  readonly cause: { get(): Value<"i32"> };
  /** 1 where the last translation holds for its whole page, so that the TLB may keep it. */
  readonly isCacheable: { get(): Value<"i32"> };
}

export function buildWalk(
  module: ModuleBuilder,
  memory: PhysicalMemory,
  { check }: Protection,
): Walk {
  const cause = module.global("i32");
  const isCacheable = module.global("i32");

  const translate = module.function(
    ["i32", "i64", "i32", "i32", "i32"],
    "i64",
    (f, hart, address, kind, privilege, width) => {
      const h = new HartFields(f, hart);
      const mode = f.let(h.get("satp").shrU(60).wrap());

      const fail = (pageFault: boolean) => {
        // 12, 13, 15 are page faults of fetch, load and store; 1, 5, 7 access faults.
        const [onFetch, onLoad, onStore] = pageFault ? [12, 13, 15] : [1, 5, 7];
        const data = select(kind.eq(access.store), i32.const(onStore), i32.const(onLoad));
        f.setGlobal(cause, select(kind.eq(access.fetch), i32.const(onFetch), data));
        f.return(i64.const(-1));
      };
      const finish = (physical: Value<"i64">) => {
        const verdict = f.let(check.call(hart, physical, width, kind, privilege));
        f.if(verdict.eqz(), () => fail(false));
        f.setGlobal(isCacheable, verdict.eq(protection.pageAllowed));
        f.return(physical);
      };
      const failUnlessTableAllows = (entryAddress: Value<"i64">, tableAccess: number) =>
        f.if(check.call(hart, entryAddress, 8, tableAccess, supervisor).eqz(), () => fail(false));

      f.if(privilege.eq(machine).or(mode.eqz()), () => {
        // Nothing lies at the last address, and as a result it would say "fault".
        f.if(address.eq(-1), () => fail(false));
        f.if(privilege.eq(supervisor), () => h.set("sharedHoldsLocal", 1));
        finish(address);
      });

      // Mode 8 is Sv39 with three levels, 9 Sv48 with four, 10 Sv57 with five.
      const level = f.let(mode.sub(5));
      const unused = f.let(i32.const(52).sub(level.mul(9)).extendU());
      f.if(address.shl(unused).shrS(unused).ne(address), () => fail(true));

      const table = f.let(h.get("satp").shl(20).shrU(8));
      const entry = f.local("i64");
      const entryAddress = f.local("i64");
      const shift = f.local("i64");
      const slot = f.local("i32");
      // An entry that is no leaf makes all below it global (4.3.1).
      const anyOf = f.local("i64");
      f.block((leaf) => {
        f.loop((descend) => {
          level.set(level.sub(1));
          shift.set(level.mul(9).add(12).extendU());
          entryAddress.set(table.add(address.shrU(shift).and(511).shl(3)));
          failUnlessTableAllows(entryAddress, access.load);
          slot.set(memory.readable.call(hart, entryAddress));
          f.if(slot.eqz(), () => fail(false));
          entry.set(i64.load(slot));
          anyOf.set(anyOf.or(entry));
          const invalid = entry.and(pte.v).eqz();
          const writeOnly = entry.and(pte.r | pte.w).eq(pte.w);
          f.if(invalid.or(writeOnly), () => fail(true));
          f.branchIf(entry.and(pte.r | pte.x).ne(0), leaf);
          const leafBits = i64.const(pteHigh | BigInt(pte.u | pte.a | pte.d));
          f.if(level.eqz().or(entry.and(leafBits).ne(0)), () => fail(true));
          table.set(entry.shrU(10).shl(12));
          f.branch(descend);
        });
      });

      const flags = f.let(entry.wrap());
      failUnlessPermitted(f, h, { flags, kind, privilege }, () => fail(true));
      // A superpage's low page-number bits must be zero (step 6).
      const inPage = f.let(i64.const(1).shl(shift).sub(1));
      const base = f.let(entry.and(pteNumber).shrU(10).shl(12));
      const isLarge = f.let(level);
      f.if(entry.and(pteHigh).ne(0), () => {
        const hasTypes = h.get("menvcfg").and(menvcfgPbmte).ne(0);
        const type = f.let(entry.and(pteMemoryType));
        const badType = type.eq(pteMemoryType).or(type.ne(0).and(hasTypes.eqz()));
        f.if(entry.and(pteReserved).ne(0).or(badType), () => fail(true));
        f.if(entry.and(pteNapot).ne(0), () => {
          f.if(level, () => fail(true));
          const size = base
            .wrap()
            .shrU(12)
            .and(napotPages - 1);
          f.if(size.ne(napotPages / 2), () => fail(true));
          inPage.set(i64.const(napotPages * 4096 - 1));
          base.set(base.and(inPage.not()));
          isLarge.set(1);
        });
      });
      f.if(base.and(inPage).ne(0), () => fail(true));

      const wanted = f.let(
        select(kind.eq(access.store), i64.const(pte.a | pte.d), i64.const(pte.a)),
      );
      f.if(entry.and(wanted).ne(wanted), () => {
        f.if(h.get("menvcfg").and(menvcfgAdue).eqz(), () => fail(true));
        failUnlessTableAllows(entryAddress, access.store);
        slot.set(memory.writable.call(hart, entryAddress, 8));
        f.if(slot.eqz(), () => fail(false));
        f.store(slot, 0, entry.or(wanted));
      });
      f.if(isLarge, () => {
        const [first, last] = [address.and(inPage.not()), address.or(inPage)];
        const widen = (half: "superpages" | "upperSuperpages") => () => {
          f.if(first.ltU(h.get(`${half}First`)), () => h.set(`${half}First`, first));
          f.if(last.gtU(h.get(`${half}Last`)), () => h.set(`${half}Last`, last));
        };
        f.if(address.shrU(63).wrap(), widen("upperSuperpages"), widen("superpages"));
      });
      // What user pages can be part of has tables of its own; see `tlb.ts`.
      const inShared = privilege
        .ne(user)
        .and(kind.eq(access.fetch).or(h.get("mstatus").and(mstatusSum).eqz()));
      f.if(inShared.and(anyOf.and(pte.g).eqz()), () => h.set("sharedHoldsLocal", 1));
      finish(f.let(base.or(address.and(inPage))));
    },
  );
  return { translate, cause, isCacheable };
}

/** Steps 5 and 6: what the leaf's R, W, X and U bits say. */
function failUnlessPermitted(
  f: FunctionBuilder,
  h: HartFields,
  { flags, kind, privilege }: { flags: Local<"i32">; kind: I32; privilege: I32 },
  fail: () => void,
): void {
  const status = f.let(h.get("mstatus").wrap());
  f.if(
    kind.eq(access.fetch),
    () => f.if(flags.and(pte.x).eqz(), fail),
    () =>
      f.if(
        kind.eq(access.store),
        () => f.if(flags.and(pte.w).eqz(), fail),
        () => {
          const executableCounts = select(
            status.and(mstatusMxr),
            i32.const(pte.r | pte.x),
            i32.const(pte.r),
          );
          f.if(flags.and(executableCounts).eqz(), fail);
        },
      ),
  );
  f.if(
    flags.and(pte.u).ne(0),
    () =>
      f.if(privilege.ne(user), () => {
        f.if(kind.eq(access.fetch), fail);
        f.if(status.and(mstatusSum).eqz(), fail);
      }),
    () => f.if(privilege.eq(user), fail),
  );
}
