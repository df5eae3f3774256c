/**
 * The control and status registers: one row each, from which the access function is generated.
 *
 * Numbers carry the access rules (privileged manual, 2.1): bits 9:8 are the lowest privilege,
 * bits 11:10 both set mean read-only. `guard` adds a rule of its own. WARL fields are legalised in
 * `write`, so what is stored can be read back as it is.
 */
import type { FunctionBuilder } from "../base/wasm/function-builder.ts";
import { type I32, type I64, i64 } from "../base/wasm/value.ts";
import type { HartFields } from "../isa/hart-layout.ts";
import { allInterrupts, machine, mstatus, supervisor, supervisorInterrupts } from "./privilege.ts";

export interface CsrContext {
  readonly f: FunctionBuilder;
  readonly h: HartFields;
  /** Chooses the TLB tables anew. */
  selectContext(): void;
  /** Drops all cached translations. */
  flush(): void;
}

export interface CsrRow {
  readonly number: number;
  readonly read: (c: CsrContext) => I64;
  /** Absent where writes are ignored (or, in a read-only register, illegal by its number). */
  readonly write?: (c: CsrContext, value: I64) => void;
  /** 1 where the access is allowed. */
  readonly guard?: (c: CsrContext) => I32;
}

type WideField = Parameters<HartFields["get"]>[0];

/** A register that keeps the bits of `mask`. */
const stored = (number: number, field: WideField, mask = -1n): CsrRow => ({
  number,
  read: ({ h }) => h.get(field) as I64,
  write: ({ h }, value) => h.set(field, value.and(mask)),
});

const fixed = (number: number, value: bigint): CsrRow => ({ number, read: () => i64.const(value) });

/** Trap vectors keep their value when the mode would be reserved (2 or 3). */
const trapVector = (number: number, field: "mtvec" | "stvec"): CsrRow => ({
  number,
  read: ({ h }) => h.get(field),
  write: ({ f, h }, value) => f.if(value.and(2).eqz(), () => h.set(field, value)),
});

const writableStatus =
  mstatus.sie |
  mstatus.mie |
  mstatus.spie |
  mstatus.mpie |
  mstatus.spp |
  mstatus.mpp |
  mstatus.fs |
  mstatus.mprv |
  mstatus.sum |
  mstatus.mxr |
  mstatus.tvm |
  mstatus.tw |
  mstatus.tsr;
const supervisorStatus =
  mstatus.sie | mstatus.spie | mstatus.spp | mstatus.fs | mstatus.sum | mstatus.mxr;

const readStatus = ({ h }: CsrContext): I64 => {
  const status = h.get("mstatus").or(mstatus.xlen);
  const dirty = h.get("mstatus").and(mstatus.fs).eq(mstatus.fs);
  return status.or(dirty.extendU().shl(63));
};

const writeStatus = (c: CsrContext, value: I64, mask: bigint): void => {
  const { f, h } = c;
  const before = f.let(h.get("mstatus"));
  const after = f.let(before.and(~mask).or(value.and(mask)));
  // MPP = 2 is reserved: the field keeps what it held.
  if (mask & mstatus.mpp) {
    f.if(after.and(mstatus.mpp).eq(2n << 11n), () =>
      after.set(after.and(~mstatus.mpp).or(before.and(mstatus.mpp))),
    );
  }
  h.set("mstatus", after);
  f.if(before.xor(after).and(mstatus.mxr).ne(0), () => c.flush());
  c.selectContext();
};

const interruptView = (number: number, field: "mie" | "mip", writable: bigint): CsrRow => ({
  number,
  read: ({ h }) => h.get(field).and(h.get("mideleg")),
  write: ({ f, h }, value) => {
    const mask = f.let(h.get("mideleg").and(writable));
    h.set(field, h.get(field).and(mask.not()).or(value.and(mask)));
  },
});

/** A counter is readable below machine mode where `mcounteren` and `scounteren` allow it. */
const counterGuard =
  (bit: number) =>
  ({ h }: CsrContext): I32 => {
    const privilege = h.get("privilege");
    const byMachine = h.get("mcounteren").shrU(bit).wrap().and(1);
    const bySupervisor = h.get("scounteren").shrU(bit).wrap().and(1);
    const inMachine = privilege.eq(machine);
    return inMachine.or(byMachine.and(privilege.eq(supervisor).or(bySupervisor)));
  };

const floatGuard = ({ h }: CsrContext): I32 => h.get("mstatus").and(mstatus.fs).ne(0);
const markFloatDirty = ({ h }: CsrContext): void =>
  h.set("mstatus", h.get("mstatus").or(mstatus.fs));

/** Steps before the present one, for which the budget has been charged already. */
const steps = (h: HartFields): I64 => h.get("stepsEnd").sub(h.get("budget").extendU()).sub(1);
const retired = (h: HartFields): I64 => steps(h).sub(h.get("exceptions"));
/** `mtime` ticks at 10 MHz: one tick is 100 ns of guest time. */
const time = (h: HartFields): I64 =>
  h.get("clockEnd").sub(h.get("budget").extendU()).divU(i64.const(100)).add(h.get("timeOffset"));

const counter = (
  number: number,
  bit: number | undefined,
  read: (h: HartFields) => I64,
  offset?: "mcycleOffset" | "minstretOffset",
): CsrRow => ({
  number,
  read: ({ h }) => (offset ? read(h).add(h.get(offset)) : read(h)),
  ...(bit === undefined ? {} : { guard: counterGuard(bit) }),
  ...(bit === undefined && offset
    ? {
        // The next instruction reads what this one writes (unprivileged manual, 7.1).
        write: ({ h }: CsrContext, value: I64) => h.set(offset, value.sub(read(h)).sub(1)),
      }
    : {}),
});

/** XLEN 64 with extensions A, C, D, F, I, M, S and U. */
const misaValue =
  (2n << 62n) |
  [..."acdfimsu"].reduce((bits, c) => bits | (1n << BigInt(c.charCodeAt(0) - 97)), 0n);

const satpSv39 = 8;
/** Every exception that can be delegated: all but calls from S (hypervisor) and M, and reserved 14. */
const delegable = 0xb3ffn;

export const csrTable: readonly CsrRow[] = [
  {
    number: 0x001,
    guard: floatGuard,
    read: ({ h }) => h.get("fflags").extendU(),
    write: (c, value) => {
      c.h.set("fflags", value.wrap().and(31));
      markFloatDirty(c);
    },
  },
  {
    number: 0x002,
    guard: floatGuard,
    read: ({ h }) => h.get("frm").extendU(),
    write: (c, value) => {
      c.h.set("frm", value.wrap().and(7));
      markFloatDirty(c);
    },
  },
  {
    number: 0x003,
    guard: floatGuard,
    read: ({ h }) => h.get("frm").shl(5).or(h.get("fflags")).extendU(),
    write: (c, value) => {
      c.h.set("fflags", value.wrap().and(31));
      c.h.set("frm", value.wrap().shrU(5).and(7));
      markFloatDirty(c);
    },
  },
  counter(0xc00, 0, steps, "mcycleOffset"),
  counter(0xc01, 1, time),
  counter(0xc02, 2, retired, "minstretOffset"),
  counter(0xb00, undefined, steps, "mcycleOffset"),
  counter(0xb02, undefined, retired, "minstretOffset"),

  {
    number: 0x100,
    read: (c) => readStatus(c).and(supervisorStatus | mstatus.sd | (2n << 32n)),
    write: (c, value) => writeStatus(c, value, supervisorStatus),
  },
  interruptView(0x104, "mie", supervisorInterrupts),
  trapVector(0x105, "stvec"),
  stored(0x106, "scounteren", 0xffff_ffffn),
  stored(0x10a, "senvcfg", 1n),
  stored(0x140, "sscratch"),
  stored(0x141, "sepc", -2n),
  stored(0x142, "scause"),
  stored(0x143, "stval"),
  interruptView(0x144, "mip", 0x2n),
  {
    number: 0x180,
    // TVM makes the register a machine-mode matter (3.1.6.5).
    guard: ({ h }) => h.get("privilege").ne(supervisor).or(h.get("mstatus").and(mstatus.tvm).eqz()),
    read: ({ h }) => h.get("satp"),
    write: (c, value) => {
      const { f, h } = c;
      const mode = f.let(value.shrU(60).wrap());
      // A mode that the hart does not offer leaves the whole register as it was (4.1.11).
      f.if(mode.eqz().or(mode.eq(satpSv39)), () => {
        h.set("satp", value);
        h.count("mmu.flush");
        c.flush();
      });
    },
  },

  ...[0xf11, 0xf12, 0xf13, 0xf15].map((number) => fixed(number, 0n)),
  { number: 0xf14, read: ({ h }) => h.get("hartId").extendU() },
  { number: 0x300, read: readStatus, write: (c, value) => writeStatus(c, value, writableStatus) },
  fixed(0x301, misaValue),
  stored(0x302, "medeleg", delegable),
  stored(0x303, "mideleg", supervisorInterrupts),
  stored(0x304, "mie", allInterrupts),
  trapVector(0x305, "mtvec"),
  stored(0x306, "mcounteren", 0xffff_ffffn),
  stored(0x30a, "menvcfg", 1n),
  fixed(0x320, 0n),
  stored(0x340, "mscratch"),
  stored(0x341, "mepc", -2n),
  stored(0x342, "mcause"),
  stored(0x343, "mtval"),
  {
    number: 0x344,
    read: ({ h }) => h.get("mip"),
    write: ({ f, h }, value) => {
      const mask = f.let(i64.const(supervisorInterrupts));
      h.set("mip", h.get("mip").and(mask.not()).or(value.and(mask)));
    },
  },

  // No event counters and no protection regions exist: all of them read as zero and ignore writes.
  ...Array.from({ length: 29 }, (_, i) => [
    { ...fixed(0xc03 + i, 0n), guard: counterGuard(3 + i) },
    fixed(0xb03 + i, 0n),
    fixed(0x323 + i, 0n),
  ]).flat(),
  ...Array.from({ length: 8 }, (_, i) => fixed(0x3a0 + 2 * i, 0n)),
  ...Array.from({ length: 64 }, (_, i) => fixed(0x3b0 + i, 0n)),
];
