/**
 * Physical memory protection (privileged manual, 3.7): 16 entries with a grain of four bytes.
 *
 * The entries are read where they lie in the hart; nothing is derived from them that could fall
 * behind, but translations: whoever changes an entry flushes the TLB.
 */
import type { Callee, ModuleBuilder } from "../base/wasm/module-builder.ts";
import { i32, i64, select } from "../base/wasm/value.ts";
import { HartFields, hartFields, pmpEntries } from "../isa/hart-layout.ts";
import { access } from "./access.ts";

/** Verdicts, as generated code numbers them. */
export const protection = {
  denied: 0,
  allowed: 1,
  /** Allowed, and so is the same kind of access to every other byte of the 4 KiB page. */
  pageAllowed: 2,
} as const;

/** Bits of a configuration byte. */
export const pmp = { r: 1, w: 2, x: 4, mode: 3 << 3, locked: 1 << 7 } as const;
export const pmpModes = { off: 0, topOfRange: 1 << 3, four: 2 << 3, naturalPowerOfTwo: 3 << 3 };

const machine = 3;
const everyMode = 0x1818_1818_1818_1818n;
const pageMask = 4095n;

export interface Protection {
  /**
   * (hart, physical address, width, access, effective privilege) → verdict. The access must not
   * leave its 4 KiB page.
   */
  readonly check: Callee<readonly ["i32", "i64", "i32", "i32", "i32"], "i32">;
}

export function buildProtection(module: ModuleBuilder): Protection {
  const check = module.function(
    ["i32", "i64", "i32", "i32", "i32"],
    "i32",
    (f, hart, address, width, kind, privilege) => {
      const h = new HartFields(f, hart);
      const isMachine = privilege.eq(machine);
      const anyOn = h.get("pmpcfg0").or(h.get("pmpcfg2")).and(everyMode).ne(0);
      f.if(anyOn.eqz(), () =>
        f.return(
          select(isMachine, i32.const(protection.pageAllowed), i32.const(protection.denied)),
        ),
      );

      const last = f.let(address.add(width.extendU()).sub(1));
      const pageFirst = f.let(address.and(~pageMask));
      const pageLast = f.let(address.or(pageMask));
      const verdict = f.let(i32.const(protection.pageAllowed));
      const index = f.local("i32");
      const configuration = f.local("i32");
      const bound = f.local("i64");
      const previousBound = f.local("i64");
      const from = f.local("i64");
      const to = f.local("i64");
      f.loop((again) => {
        configuration.set(i32.load8U(hart.add(index), hartFields.pmpcfg0.offset));
        previousBound.set(bound);
        bound.set(i64.load(hart.add(index.shl(3)), hartFields.pmpaddr0.offset));
        const mode = configuration.and(pmp.mode);
        f.block((next) => {
          f.branchIf(mode.eqz(), next);
          f.if(
            mode.eq(pmpModes.topOfRange),
            () => {
              f.branchIf(previousBound.geU(bound), next);
              from.set(previousBound.shl(2));
              to.set(bound.shl(2).sub(1));
            },
            () => {
              // The ones at the bottom of the address say how large the range is (table 3.11).
              const inside = bound.xor(bound.add(1));
              to.set(select(mode.eq(pmpModes.four), i64.const(0), inside));
              from.set(bound.and(to.not()).shl(2));
              to.set(bound.or(to).shl(2).or(3));
            },
          );
          f.branchIf(from.gtU(pageLast).or(to.ltU(pageFirst)), next);
          f.if(from.gtU(pageFirst).or(to.ltU(pageLast)), () => verdict.set(protection.allowed));
          f.branchIf(from.gtU(last).or(to.ltU(address)), next);
          // An entry that matches some bytes but not all of them fails, whatever it permits.
          f.if(from.gtU(address).or(to.ltU(last)), () => f.return(i32.const(protection.denied)));
          f.if(isMachine.and(configuration.and(pmp.locked).eqz()), () => f.return(verdict));
          const needed = select(kind.eq(access.fetch), i32.const(pmp.x), kind);
          f.return(select(configuration.and(needed), verdict, i32.const(protection.denied)));
        });
        index.set(index.add(1));
        f.branchIf(index.ltU(pmpEntries), again);
      });
      f.return(select(isMachine, verdict, i32.const(protection.denied)));
    },
  );
  return { check };
}
