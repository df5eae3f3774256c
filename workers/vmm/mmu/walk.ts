/**
 * The page-table walk of Sv39, Sv48 and Sv57 (privileged manual, 4.3.2), with hardware update of
 * the accessed and dirty bits. The mode comes from `satp`, which accepts only what the hart offers.
 */
import type { Callee, ModuleBuilder } from "../base/wasm/module-builder.ts";
import { i32, i64, select, type Value } from "../base/wasm/value.ts";
import { HartFields } from "../isa/hart-layout.ts";
import type { PhysicalMemory } from "./physical-memory.ts";

/** Kinds of access, as generated code numbers them. */
export const access = { fetch: 0, load: 1, store: 2 } as const;

const pte = { v: 1, r: 2, w: 4, x: 8, u: 16, a: 64, d: 128 } as const;
const mstatusSum = 1 << 18;
const mstatusMxr = 1 << 19;
const machine = 3;
const user = 0;

export interface Walk {
  /**
   * (hart, virtual address, access, effective privilege) → physical address, or -1 with the
   * exception cause in `cause`.
   */
  readonly translate: Callee<readonly ["i32", "i64", "i32", "i32"], "i64">;
  readonly cause: { get(): Value<"i32"> };
}

export function buildWalk(module: ModuleBuilder, memory: PhysicalMemory): Walk {
  const cause = module.global("i32");

  const translate = module.function(
    ["i32", "i64", "i32", "i32"],
    "i64",
    (f, hart, address, kind, privilege) => {
      const h = new HartFields(f, hart);
      const mode = f.let(h.get("satp").shrU(60).wrap());

      const fail = (pageFault: boolean) => {
        // 12, 13, 15 are page faults of fetch, load and store; 1, 5, 7 access faults.
        const [onFetch, onLoad, onStore] = pageFault ? [12, 13, 15] : [1, 5, 7];
        const data = select(kind.eq(access.store), i32.const(onStore), i32.const(onLoad));
        f.setGlobal(cause, select(kind.eq(access.fetch), i32.const(onFetch), data));
        f.return(i64.const(-1));
      };

      f.if(privilege.eq(machine).or(mode.eqz()), () => {
        // Nothing lies at the last address, and as a result it would say "fault".
        f.if(address.eq(-1), () => fail(false));
        f.return(address);
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
      f.block((leaf) => {
        f.loop((descend) => {
          level.set(level.sub(1));
          shift.set(level.mul(9).add(12).extendU());
          entryAddress.set(table.add(address.shrU(shift).and(511).shl(3)));
          slot.set(memory.readable.call(hart, entryAddress));
          f.if(slot.eqz(), () => fail(false));
          entry.set(i64.load(slot));
          const reserved = entry.shrU(54).ne(0);
          const invalid = entry.and(pte.v).eqz();
          const writeOnly = entry.and(pte.r | pte.w).eq(pte.w);
          f.if(invalid.or(writeOnly).or(reserved), () => fail(true));
          f.branchIf(entry.and(pte.r | pte.x).ne(0), leaf);
          f.if(level.eqz().or(entry.and(pte.u | pte.a | pte.d).ne(0)), () => fail(true));
          table.set(entry.shrU(10).shl(12));
          f.branch(descend);
        });
      });

      const status = f.let(h.get("mstatus").wrap());
      const flags = f.let(entry.wrap());
      f.if(
        kind.eq(access.fetch),
        () => f.if(flags.and(pte.x).eqz(), () => fail(true)),
        () =>
          f.if(
            kind.eq(access.store),
            () => f.if(flags.and(pte.w).eqz(), () => fail(true)),
            () => {
              const executableCounts = select(
                status.and(mstatusMxr),
                i32.const(pte.r | pte.x),
                i32.const(pte.r),
              );
              f.if(flags.and(executableCounts).eqz(), () => fail(true));
            },
          ),
      );
      f.if(
        flags.and(pte.u).ne(0),
        () =>
          f.if(privilege.ne(user), () => {
            f.if(kind.eq(access.fetch), () => fail(true));
            f.if(status.and(mstatusSum).eqz(), () => fail(true));
          }),
        () => f.if(privilege.eq(user), () => fail(true)),
      );
      // A superpage's low page-number bits must be zero (step 6).
      const inPage = f.let(i64.const(1).shl(shift).sub(1));
      const base = f.let(entry.shrU(10).shl(12));
      f.if(base.and(inPage).ne(0), () => fail(true));

      const wanted = f.let(
        select(kind.eq(access.store), i64.const(pte.a | pte.d), i64.const(pte.a)),
      );
      f.if(entry.and(wanted).ne(wanted), () => {
        slot.set(memory.writable.call(hart, entryAddress, 8));
        f.if(slot.eqz(), () => fail(false));
        f.store(slot, 0, entry.or(wanted));
      });
      f.if(level, () => {
        const [first, last] = [address.and(inPage.not()), address.or(inPage)];
        f.if(first.ltU(h.get("superpagesFirst")), () => h.set("superpagesFirst", first));
        f.if(last.gtU(h.get("superpagesLast")), () => h.set("superpagesLast", last));
      });
      f.return(base.or(address.and(inPage)));
    },
  );
  return { translate, cause };
}
