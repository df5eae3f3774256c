import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { asm, type Line } from "../../../tests/support/assembler.ts";
import { BareHart, ramBase } from "../../../tests/support/bare-hart.ts";
import { interrupt, machine, mstatus, supervisor, user } from "./privilege.ts";
import { stopCodes } from "./stop-codes.ts";

const h = new BareHart();
const machineVector = BigInt(ramBase + 0x4000);
const supervisorVector = BigInt(ramBase + 0x8000);

beforeEach(() => {
  for (const name of ["mstatus", "mie", "mip", "mideleg", "medeleg", "satp", "mtval"] as const) {
    h.hart.setWide(name, 0n);
  }
  h.hart.setWide("mtvec", machineVector);
  h.hart.setWide("stvec", supervisorVector);
  h.hart.set("faulted", 0);
  h.setPrivilege(machine);
  h.pc = BigInt(ramBase);
});

/** Executes one instruction at the start of RAM. */
function execute(line: Line, privilege: number = machine): void {
  h.load([line]);
  h.setPrivilege(privilege);
  h.run(1);
}

const bitsOf = (cause: number) => 1n << BigInt(cause);
const interruptCause = (code: number) => (1n << 63n) | BigInt(code);

describe("an exception", () => {
  test.each([
    ["ecall in U-mode", asm("ecall"), user, 8, 0n],
    ["ecall in S-mode", asm("ecall"), supervisor, 9, 0n],
    ["ecall in M-mode", asm("ecall"), machine, 11, 0n],
    ["ebreak", asm("ebreak"), user, 3, BigInt(ramBase)],
    ["c.ebreak", asm("c.ebreak"), user, 3, BigInt(ramBase)],
    ["an illegal word", 0xffff_ffff, user, 2, 0xffff_ffffn],
    ["an illegal halfword", 0xabcd_0000, user, 2, 0n],
    ["mret below M-mode", asm("mret"), supervisor, 2, 0x3020_0073n],
    ["sret below S-mode", asm("sret"), user, 2, 0x1020_0073n],
    ["wfi in U-mode", asm("wfi"), user, 2, 0x1050_0073n],
    ["sfence.vma in U-mode", asm("sfence.vma"), user, 2, 0x1200_0073n],
    ["sinval.vma in U-mode", asm("sinval.vma"), user, 2, 0x1600_0073n],
    ["sfence.w.inval in U-mode", asm("sfence.w.inval"), user, 2, 0x1800_0073n],
    ["sfence.inval.ir in U-mode", asm("sfence.inval.ir"), user, 2, 0x1810_0073n],
    ["float while it is off", asm("fadd.d", { rs1: 1 }), user, 2, 0x0200_8053n],
    ["load from nowhere", asm("lw", { rs1: 0, imm: 64 }), machine, 5, 64n],
    ["store to nowhere", asm("sd", { rs1: 0, imm: 72 }), machine, 7, 72n],
    ["amo at nowhere", asm("amoadd.w"), machine, 7, 0n],
  ])("%s has its cause and trap value", (_, line, privilege, cause, trapValue) => {
    execute(line, privilege);
    expect(h.hart.wide("mcause")).toBe(BigInt(cause));
    expect(h.hart.wide("mtval")).toBe(trapValue);
    expect(h.hart.wide("mepc")).toBe(BigInt(ramBase));
    expect(h.pc).toBe(machineVector);
    expect(h.hart.get("privilege")).toBe(machine);
    expect((h.hart.wide("mstatus") & mstatus.mpp) >> 11n).toBe(BigInt(privilege));
  });

  test("a reserved rounding mode is illegal, stated or dynamic, for exact conversions too", () => {
    const reserved = [
      asm("fadd.s", { rm: 5 }),
      asm("fcvt.d.w", { rm: 6 }),
      asm("fcvt.d.s", { rm: 5 }),
    ];
    for (const line of reserved) {
      for (const state of [1n << 13n, mstatus.fs]) {
        for (const frm of [0, 5]) {
          h.hart.setWide("mstatus", state);
          h.hart.setWide("mcause", 24n);
          h.hart.set("frm", frm);
          h.hart.set("fflags", 1);
          h.pc = BigInt(ramBase);
          // Executed the exact way first, for its page is unknown; then the fast way.
          h.load([asm("addi"), line]);
          h.setPrivilege(machine);
          h.run(2);
          expect(h.hart.wide("mcause"), `${line.mnemonic}, FS ${state}, frm ${frm}`).toBe(2n);
        }
      }
    }
    h.hart.set("frm", 6);
    h.hart.setWide("mstatus", mstatus.fs);
    execute(asm("fadd.d", { rm: 7 }));
    expect(h.hart.wide("mcause")).toBe(2n);
  });

  test("goes to S-mode where it is delegated, unless it comes from M-mode", () => {
    h.hart.setWide("medeleg", bitsOf(8) | bitsOf(2));
    h.hart.setWide("mstatus", mstatus.sie);
    execute(asm("ecall"), user);
    expect(h.pc).toBe(supervisorVector);
    expect(h.hart.get("privilege")).toBe(supervisor);
    expect(h.hart.wide("scause")).toBe(8n);
    expect(h.hart.wide("sepc")).toBe(BigInt(ramBase));
    expect(h.hart.wide("mstatus")).toBe(mstatus.spie);

    h.pc = BigInt(ramBase);
    execute(0xffff_ffff, supervisor);
    expect(h.pc).toBe(supervisorVector);
    expect(h.hart.wide("mstatus") & mstatus.spp).toBe(mstatus.spp);

    h.pc = BigInt(ramBase);
    execute(0xffff_ffff, machine);
    expect(h.pc).toBe(machineVector);
  });

  test("never takes the vector of an interrupt", () => {
    h.hart.setWide("mtvec", machineVector | 1n);
    execute(asm("ecall"));
    expect(h.pc).toBe(machineVector);
  });

  test("ends a reservation", () => {
    h.hart.setWide("reservedAddress", 64n);
    execute(asm("ecall"));
    expect(h.hart.wide("reservedAddress")).toBe(2n ** 64n - 1n);
  });
});

describe("virtualization of the supervisor", () => {
  test.each([
    ["TVM", mstatus.tvm, asm("sfence.vma")],
    ["TVM", mstatus.tvm, asm("sinval.vma")],
    ["TW", mstatus.tw, asm("wfi")],
    ["TSR", mstatus.tsr, asm("sret")],
  ])("%s makes an instruction of S-mode illegal, not of M-mode", (_, bit, line) => {
    h.hart.setWide("mstatus", bit);
    h.hart.setWide("mcause", 24n);
    execute(line, supervisor);
    expect(h.hart.wide("mcause")).toBe(2n);
    h.hart.setWide("mcause", 24n);
    h.hart.setWide("mstatus", bit);
    h.pc = BigInt(ramBase);
    execute(line, machine);
    expect(h.hart.wide("mcause")).toBe(24n);
  });
});

test.each(["sfence.w.inval", "sfence.inval.ir"])("%s is S-mode's, TVM or not", (mnemonic) => {
  h.hart.setWide("mstatus", mstatus.tvm);
  h.hart.setWide("mcause", 24n);
  execute(asm(mnemonic), supervisor);
  expect(h.hart.wide("mcause")).toBe(24n);
});

describe("a trap return", () => {
  test("mret restores privilege and interrupt enable, and leaves MPP at user", () => {
    h.hart.setWide("mepc", 0x8000_1234n);
    h.hart.setWide("mstatus", mstatus.mpie | (1n << 11n) | mstatus.mprv);
    execute(asm("mret"));
    expect(h.pc).toBe(0x8000_1234n);
    expect(h.hart.get("privilege")).toBe(supervisor);
    // Below M-mode MPRV is gone, too.
    expect(h.hart.wide("mstatus")).toBe(mstatus.mie | mstatus.mpie);
  });

  test("mret to M-mode keeps MPRV", () => {
    h.hart.setWide("mstatus", mstatus.mpp | mstatus.mprv);
    execute(asm("mret"));
    expect(h.hart.wide("mstatus")).toBe(mstatus.mpie | mstatus.mprv);
  });

  test("sret restores privilege and interrupt enable, and leaves SPP at user", () => {
    h.hart.setWide("sepc", 0x8000_1234n);
    h.hart.setWide("mstatus", mstatus.spie | mstatus.spp);
    execute(asm("sret"), supervisor);
    expect(h.pc).toBe(0x8000_1234n);
    expect(h.hart.get("privilege")).toBe(supervisor);
    expect(h.hart.wide("mstatus")).toBe(mstatus.sie | mstatus.spie);
  });
});

/** The manual's rules of 3.1.6.1, 3.1.9 and 4.1.3. @returns code and level, or nothing */
function expectedInterrupt(s: InterruptState): { code: number; level: number } | undefined {
  const order = [11, 3, 7, 9, 1, 5, 13];
  const pending = order.filter((code) => (s.mip & s.mie & bitsOf(code)) !== 0n);
  const isDelegated = (code: number) => (s.mideleg & bitsOf(code)) !== 0n;
  const machineTakes = s.privilege < machine || s.mieBit;
  const supervisorTakes = s.privilege < supervisor || (s.privilege === supervisor && s.sieBit);
  const forMachine = machineTakes ? pending.find((code) => !isDelegated(code)) : undefined;
  if (forMachine !== undefined) return { code: forMachine, level: machine };
  const forSupervisor = supervisorTakes ? pending.find(isDelegated) : undefined;
  return forSupervisor === undefined ? undefined : { code: forSupervisor, level: supervisor };
}

interface InterruptState {
  readonly mip: bigint;
  readonly mie: bigint;
  readonly mideleg: bigint;
  readonly privilege: number;
  readonly mieBit: boolean;
  readonly sieBit: boolean;
  readonly vectored: boolean;
}

const interruptBits = fc
  .subarray(Object.values(interrupt))
  .map((codes) => codes.reduce((set, code) => set | bitsOf(code), 0n));
const interruptStates: fc.Arbitrary<InterruptState> = fc.record({
  mip: interruptBits,
  mie: interruptBits,
  mideleg: interruptBits.map((set) => set & 0x2222n),
  privilege: fc.constantFrom(user, supervisor, machine),
  mieBit: fc.boolean(),
  sieBit: fc.boolean(),
  vectored: fc.boolean(),
});

describe("an interrupt", () => {
  test("is taken by priority, enable, delegation and vector as the manual says", () => {
    h.load([asm("addi")]);
    fc.assert(
      fc.property(interruptStates, (state) => {
        const mode = state.vectored ? 1n : 0n;
        h.hart.setWide("mtvec", machineVector | mode);
        h.hart.setWide("stvec", supervisorVector | mode);
        for (const name of ["mip", "mie", "mideleg"] as const) h.hart.setWide(name, state[name]);
        const enables = (state.mieBit ? mstatus.mie : 0n) | (state.sieBit ? mstatus.sie : 0n);
        h.hart.setWide("mstatus", enables);
        h.setPrivilege(state.privilege);
        h.pc = BigInt(ramBase);
        // With no budget nothing but the interrupt happens.
        h.run(0);
        const expected = expectedInterrupt(state);
        if (!expected) {
          expect(h.pc).toBe(BigInt(ramBase));
          expect(h.hart.get("privilege")).toBe(state.privilege);
          return;
        }
        const { code, level } = expected;
        const isMachine = level === machine;
        const vector = isMachine ? machineVector : supervisorVector;
        expect(h.pc).toBe(vector + (state.vectored ? 4n * BigInt(code) : 0n));
        expect(h.hart.get("privilege")).toBe(level);
        expect(h.hart.wide(isMachine ? "mcause" : "scause")).toBe(interruptCause(code));
        expect(h.hart.wide(isMachine ? "mepc" : "sepc")).toBe(BigInt(ramBase));
        expect(h.hart.wide(isMachine ? "mtval" : "stval")).toBe(0n);
        const enable = isMachine ? mstatus.mie : mstatus.sie;
        expect(h.hart.wide("mstatus") & enable).toBe(0n);
      }),
      { numRuns: 1000 },
    );
  });

  test("is counted by its kind, once", () => {
    const kinds = [
      ...(["interrupt.timer", "interrupt.software", "interrupt.external"] as const),
      "interrupt.counter",
    ] as const;
    const counts = () => kinds.map((kind) => h.hart.exitCount(kind));
    for (const [name, code] of Object.entries(interrupt)) {
      const before = counts();
      h.hart.setWide("mip", bitsOf(code));
      h.hart.setWide("mie", bitsOf(code));
      h.hart.setWide("mstatus", mstatus.mie);
      h.setPrivilege(machine);
      h.run(0);
      const grown = kinds.filter((_, i) => counts()[i] === (before[i] as number) + 1);
      const kind = name.replace(/machine|supervisor|Overflow/, "").toLowerCase();
      expect(grown).toEqual([`interrupt.${kind}`]);
    }
  });

  test("enabled by an instruction is taken before the next one", () => {
    h.hart.setWide("mip", bitsOf(interrupt.machineTimer));
    h.hart.setWide("mie", bitsOf(interrupt.machineTimer));
    h.load([asm("addi"), asm("csrrsi", { rs1: 8, csr: 0x300 }), asm("addi", { rd: 9, imm: 1 })]);
    h.setX(9, 0n);
    h.run(2);
    expect(h.hart.wide("mepc")).toBe(BigInt(ramBase + 8));
    expect(h.x(9)).toBe(0n);
  });
});

describe("wfi", () => {
  test("waits while nothing is pending, and goes on behind itself", () => {
    h.load([asm("wfi")]);
    expect(h.run(5)).toBe(stopCodes.idle);
    expect(h.pc).toBe(BigInt(ramBase + 4));
  });
  test("is nothing while an enabled interrupt is pending, taken or not", () => {
    h.hart.setWide("mip", bitsOf(interrupt.machineTimer));
    h.hart.setWide("mie", bitsOf(interrupt.machineTimer));
    h.load([asm("wfi"), asm("addi")]);
    expect(h.run(2)).toBe(stopCodes.budget);
    expect(h.pc).toBe(BigInt(ramBase + 8));
  });
});
