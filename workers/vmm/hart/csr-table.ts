/**
 * The control and status registers: one row each, from which the access function is generated.
 *
 * Numbers carry the access rules (privileged manual, 2.1): bits 9:8 are the lowest privilege,
 * bits 11:10 both set mean read-only. `guard` adds a rule of its own. WARL fields are legalised in
 * `write`, so what is stored can be read back as it is.
 */
import { type I32, type I64, i64, select } from "../base/wasm/value.ts";
import { counterCsrs } from "./counter-csrs.ts";
import { type CsrContext, type CsrReader, type CsrRow, fixed, stored } from "./csr-row.ts";
import {
  allInterrupts,
  environment,
  interrupt,
  mstatus,
  supervisor,
  supervisorInterrupts,
  supervisorStatus,
} from "./privilege.ts";
import { protectionCsrs } from "./protection-csrs.ts";
import { enabledBy, stateEnable, stateEnableCsrs } from "./state-enable-csrs.ts";
import { triggerCsrs } from "./trigger-csrs.ts";

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

const readStatus = ({ h }: CsrReader): I64 => {
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

const floatGuard = ({ h }: CsrReader): I32 => h.get("mstatus").and(mstatus.fs).ne(0);
const markFloatDirty = ({ h }: CsrContext): void =>
  h.set("mstatus", h.get("mstatus").or(mstatus.fs));

const { fiom, cbie, cbcfe, cbze, adue, pbmte, stce } = environment;
const sharedEnvironment = fiom | cbie | cbcfe | cbze;
const machineEnvironment = adue | pbmte | stce;

/** The reserved CBIE = 2 leaves that field as it was. */
const environmentRow = (number: number, field: "menvcfg" | "senvcfg", mask: bigint): CsrRow => ({
  number,
  ...(field === "senvcfg" ? { guard: enabledBy(stateEnable.environment) } : {}),
  read: ({ h }) => h.get(field),
  write: ({ f, h, flush, timerChanged }, value) => {
    const before = f.let(h.get(field));
    const after = f.let(value.and(mask));
    f.if(after.and(cbie).eq(2n << 4n), () => after.set(after.and(~cbie).or(before.and(cbie))));
    h.set(field, after);
    if (field === "senvcfg") return;
    f.if(
      before
        .xor(after)
        .and(adue | pbmte)
        .ne(0),
      flush,
    );
    timerChanged();
  },
});

/** XLEN 64 with extensions A, B (Zba, Zbb and Zbs), C, D, F, I, M, S and U. */
const misaValue =
  (2n << 62n) |
  [..."abcdfimsu"].reduce((bits, c) => bits | (1n << BigInt(c.charCodeAt(0) - 97)), 0n);

/** The modes of `satp` besides 0: Sv39, Sv48 and Sv57 are 8, 9 and 10. */
const translationModes = { first: 8, count: 3 } as const;
const externalBit = 1n << BigInt(interrupt.supervisorExternal);
const timerBit = 1n << BigInt(interrupt.supervisorTimer);
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
  {
    number: 0x100,
    read: (c) => readStatus(c).and(supervisorStatus | mstatus.sd | (2n << 32n)),
    write: (c, value) => writeStatus(c, value, supervisorStatus),
  },
  interruptView(0x104, "mie", supervisorInterrupts),
  trapVector(0x105, "stvec"),
  stored(0x106, "scounteren", 0xffff_ffffn),
  environmentRow(0x10a, "senvcfg", sharedEnvironment),
  stored(0x140, "sscratch"),
  stored(0x141, "sepc", -2n),
  stored(0x142, "scause"),
  stored(0x143, "stval"),
  interruptView(0x144, "mip", 0x2002n),
  {
    number: 0x180,
    // TVM makes the register a machine-mode matter (3.1.6.5).
    guard: ({ h }) => h.get("privilege").ne(supervisor).or(h.get("mstatus").and(mstatus.tvm).eqz()),
    read: ({ h }) => h.get("satp"),
    write: (c, value) => {
      const { f, h } = c;
      const mode = f.let(value.shrU(60).wrap());
      // A mode that the hart does not offer leaves the whole register as it was (4.1.11).
      const isOffered = mode.sub(translationModes.first).ltU(translationModes.count);
      f.if(mode.eqz().or(isOffered), () => {
        h.count("mmu.flush");
        c.switchSpace(value);
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
  environmentRow(0x30a, "menvcfg", sharedEnvironment | machineEnvironment),
  stored(0x340, "mscratch"),
  stored(0x341, "mepc", -2n),
  stored(0x342, "mcause"),
  stored(0x343, "mtval"),
  {
    number: 0x344,
    read: ({ h }) => h.get("mip"),
    // Of SEIP, software changes its own part only (3.1.9): the line is not written back.
    base: ({ h }) => h.get("mip").and(~externalBit).or(h.get("externalWritten").extendU()),
    write: ({ f, h }, value) => {
      // With Sstc, STIP is the comparator's.
      const hasComparator = h.get("menvcfg").and(environment.stce).ne(0);
      const without = i64.const(supervisorInterrupts & ~timerBit);
      const mask = f.let(select(hasComparator, without, i64.const(supervisorInterrupts)));
      h.set("externalWritten", value.and(externalBit).wrap());
      const merged = h.get("mip").and(mask.not()).or(value.and(mask));
      h.set("mip", merged.or(h.get("externalLine").extendU()));
    },
  },

  ...counterCsrs,
  ...protectionCsrs,
  ...stateEnableCsrs,
  ...triggerCsrs,
];
