/**
 * Random programs for U-, S- and M-mode: loads, stores, atomics and jumps through random page
 * tables, CSRs, and the instructions that are privileged.
 *
 *     a7            zero until the end
 *     x5 - x16, x18, x19   virtual addresses, most of them close to a page's edge
 *     x20 - x27     values for CSRs
 *     ra, x28 - x31 results
 */
import { changedCode } from "./changed-code.ts";
import { csr } from "./csr-numbers.ts";
import { interestingValue } from "./interesting-values.ts";
import { one } from "./one.ts";
import { dataAddress, pageBytes, tables, tableWords, userAlias } from "./privileged-layout.ts";
import type { Mode, PrivilegedProgram } from "./privileged-program.ts";
import type { Item, Line } from "./program.ts";
import type { Random } from "./random.ts";
import { type Row, randomOperands } from "./random-operands.ts";
import { pageLeaf, randomPageTables } from "./random-page-tables.ts";
import { type RandomProtection, randomProtection } from "./random-protection.ts";
import { x } from "./registers.ts";

const addressRegisters = [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19];
/** Those that never hold an address of the identity map, where S-mode could execute data. */
const jumpTargets = addressRegisters.filter((register) => register < 17);
const valueRegisters = [20, 21, 22, 23, 24, 25, 26, 27];
const resultRegisters = [28, 29, 30, 31];

const bit = {
  ...{ sie: 1 << 1, mie: 1 << 3, spie: 1 << 5, mpie: 1 << 7, spp: 1 << 8, fs: 3 << 13 },
  ...{ mprv: 1 << 17, sum: 1 << 18, mxr: 1 << 19, tvm: 1 << 20, tw: 1 << 21, tsr: 1 << 22 },
} as const;
const mppShift = 11;
const translations = [
  { mode: 8n, root: tables.root },
  { mode: 9n, root: tables.upper },
  { mode: 10n, root: tables.top },
] as const;
const softwareInterrupt = 2;
/**
 * For `menvcfg`: ADUE and PBMTE, without which QEMU updates entries and takes memory types, too:
 * known deviation "environment-enables".
 */
const environment = 3n << 61n;

/** What items must be chosen for. */
interface Setting {
  readonly mode: Mode;
  readonly isTranslated: boolean;
  readonly protection: RandomProtection;
}

export function randomPrivilegedProgram(
  random: Random,
  name: string,
  count: number,
): PrivilegedProgram {
  const mode = random.pick<Mode>(["user", "user", "supervisor", "supervisor", "machine"]);
  const isTranslated = random.chance(0.93);
  const protection = randomProtection(random, mode !== "machine");
  const items = Array.from({ length: count }, (_, i) =>
    randomItem(random, { mode, isTranslated, protection }, i),
  );
  return {
    ...{ name, mode, isTranslated, items },
    isVectored: { machine: random.chance(0.5), supervisor: random.chance(0.5) },
    padding: 2 * random.below(32),
    integers: Array.from({ length: 31 }, (_, i) =>
      initialRegister(random, i + 1, { isTranslated, protection }),
    ),
    csrs: [...protection.csrs, ...initialCsrs(random, mode, isTranslated)],
    tables: randomPageTables(random),
  };
}

function initialRegister(
  random: Random,
  register: number,
  { isTranslated, protection }: Omit<Setting, "mode">,
): bigint {
  if (addressRegisters.includes(register)) {
    const isPhysical = !isTranslated || (!jumpTargets.includes(register) && random.chance(0.5));
    return isPhysical ? randomDataAddress(random) : randomAddress(random, !protection.isOpen);
  }
  if (register === x.a7) return 0n;
  return interestingValue(random);
}

/** What is there without translation, besides devices and the harness. */
function randomDataAddress(random: Random): bigint {
  const page = dataAddress + pageBytes * random.below(6);
  return BigInt(page + random.between(16, 40) + (random.chance(0.5) ? pageBytes - 64 : 0));
}

/** @param staysInPage no access from there crosses a page: known deviation "protected-crossing" */
function randomAddress(random: Random, staysInPage: boolean): bigint {
  const page = random.weighted<() => number>([
    [8, () => pageBytes * random.below(tableWords)],
    [4, () => 0x20_0000 * random.below(tableWords) + pageBytes * random.below(6)],
    [2, () => 0x4000_0000 + dataAddress - 0x8000_0000 + pageBytes * random.below(6)],
    [1, () => pageBytes * random.between(tableWords, 511)],
  ])();
  const [first, last] = staysInPage ? [8, 16] : [0, 1];
  const isAtStart = random.chance(0.5);
  const offset = isAtStart ? random.between(first, 55) : pageBytes - random.between(last, 60);
  const address = BigInt(page + offset);
  // What Sv48 and Sv57 may map once more.
  if (random.chance(0.06)) return address | random.pick([1n << 39n, 1n << 48n, 0x1_0080n << 32n]);
  // Not the sign-extended 39 bits that an address has to be in Sv39, or not those of the others.
  if (random.chance(0.03)) return address | (1n << BigInt(random.between(38, 63)));
  return random.chance(0.02) ? BigInt.asUintN(64, -1n << 12n) : address;
}

function initialCsrs(
  random: Random,
  mode: Mode,
  isTranslated: boolean,
): (readonly [number, bigint])[] {
  const likely = (mask: number, probability: number) => (random.chance(probability) ? mask : 0);
  // The supervisor's own handler returns by `sret`.
  const delegates = random.chance(0.6);
  const status =
    likely(bit.sum, 0.5) |
    likely(bit.mxr, 0.4) |
    // S-mode's jumps rely on `sfence.vma`.
    (mode === "supervisor" && isTranslated ? 0 : likely(bit.tvm, 0.3)) |
    likely(bit.tw, 0.5) |
    (delegates ? 0 : likely(bit.tsr, 0.3)) |
    likely(bit.fs, 0.7) |
    likely(bit.spie, 0.5) |
    likely(bit.mpie, 0.5) |
    likely(bit.sie, 0.5);
  const delegated = delegates ? random.pick([0xb1ffn, 0xb1ffn, random.u64() & 0xb1ffn]) : 0n;
  const counters = () => BigInt(random.below(8));
  const { mode: translation, root } = random.pick(translations);
  const satp = (translation << 60n) | BigInt(root / pageBytes);
  return [
    [csr.menvcfg, environment],
    [csr.mstatus, BigInt(status)],
    [csr.medeleg, delegated],
    [csr.mideleg, delegates ? BigInt(random.pick([0, 0x222, 2, 0x220])) : 0n],
    [csr.mie, BigInt(random.pick([0, softwareInterrupt, 0x222]))],
    [csr.mcounteren, counters()],
    [csr.scounteren, counters()],
    [csr.satp, isTranslated ? satp : 0n],
    ...(mode === "machine" ? [] : [[csr.mepc, 0n] as const]),
  ];
}

function randomItem(random: Random, setting: Setting, number: number): Item {
  const { mode, isTranslated, protection } = setting;
  const isTop = mode === "machine";
  return random.weighted<() => Item>([
    // In M-mode nothing is translated, and the addresses would be those of devices.
    [isTop && isTranslated ? 0 : 30, () => memoryAccess(random)],
    // Known deviation "protected-atomics".
    [(isTop && isTranslated) || protection.cutsPages ? 0 : 6, () => atomic(random)],
    [isTop || !isTranslated ? 0 : 8, () => jump(random, mode)],
    [3, () => counter(random)],
    [isTop ? 12 : 4, () => supervisorCsr(random)],
    [isTop ? 12 : 2, () => machineCsr(random, isTop)],
    [5, () => statusBits(random, mode)],
    [isTop ? 16 : 0, () => translatedFromMachine(random)],
    [3, () => fence(random)],
    [mode === "user" || !isTranslated ? 0 : 3, () => changedEntry(random)],
    [mode === "user" || !isTranslated ? 0 : 4, () => otherSpace(random)],
    [mode === "supervisor" && isTranslated ? 2 : 0, () => changedPage(random)],
    [2, () => [one(random.pick(["ecall", "ebreak"]))]],
    [
      2,
      () => [{ kind: "raw", bits: random.pick([0xffff_ffff, 0x0000_000b, 0x0020_0073]), bytes: 4 }],
    ],
    [mode === "supervisor" ? 3 : 0, () => supervisorReturn(random, isTranslated, number)],
    [mode === "user" ? 1 : 0, () => [one(random.pick(["sret", "mret", "wfi"]))]],
    [mode === "supervisor" ? 1 : 0, () => [one("mret")]],
    [mode === "user" ? 0 : 2, () => softwareInterruptItem(random, mode)],
    [1, () => ownCode(random, number)],
  ])();
}

/** By what maps the code for this mode. */
function ownCode(random: Random, number: number): Item {
  const operands = (row: Row) => ({
    ...randomOperands(random, row),
    ...(row.pattern.fields.has("rd") && { rd: random.pick(resultRegisters) }),
  });
  return changedCode(random, { number, base: 28, value: 29, operands });
}

const loads = ["lb", "lh", "lw", "ld", "lbu", "lhu", "lwu"];
const stores = ["sb", "sh", "sw", "sd"];
const floatAccesses = ["flw", "fld", "fsw", "fsd"];

function memoryAccess(random: Random): Item {
  const rs1 = random.pick(addressRegisters);
  const imm = random.chance(0.5) ? 0 : random.between(-8, 8);
  const rd = random.pick(resultRegisters);
  const rs2 = random.pick([...resultRegisters, ...valueRegisters]);
  return random.weighted<() => Item>([
    [5, () => [one(random.pick(loads), { rd, rs1, imm })]],
    [4, () => [one(random.pick(stores), { rs1, rs2, imm })]],
    [1, () => [floatAccess(random.pick(floatAccesses), rs1, imm, random.below(32))]],
  ])();
}

function floatAccess(mnemonic: string, rs1: number, imm: number, register: number): Line {
  const operand = mnemonic.startsWith("fl") ? { rd: register } : { rs2: register };
  return one(mnemonic, { rs1, imm, ...operand });
}

function atomic(random: Random): Item {
  const rs1 = random.pick(resultRegisters);
  const from = random.pick(addressRegisters);
  const width = random.pick(["w", "d"]);
  const others = resultRegisters.filter((register) => register !== rs1);
  const rd = random.pick(others);
  const rs2 = random.pick(valueRegisters);
  const operation = random.pick(["swap", "add", "xor", "and", "or", "min", "max", "minu", "maxu"]);
  const aligned = random.chance(0.9)
    ? one("andi", { rd: rs1, rs1: from, imm: -8 })
    : one("addi", { rd: rs1, rs1: from });
  if (random.chance(0.7)) return [aligned, one(`amo${operation}.${width}`, { rd, rs1, rs2 })];
  return [aligned, one(`lr.${width}`, { rd, rs1 })];
}

/** To a page that may hold `ret`, sometimes to its last halfword. */
function jump(random: Random, mode: Mode): Item {
  const target = random.pick(resultRegisters);
  const from = random.pick(jumpTargets);
  const page: Line[] = [
    one("srli", { rd: target, rs1: from, imm: 12 }),
    one("slli", { rd: target, rs1: target, imm: 12 }),
  ];
  const offset = random.pick([0, 2, 4, 8, 2046, -2, -4, -2048]);
  // Known deviation "executable-user-page".
  const forget = mode === "supervisor" ? [one("sfence.vma")] : [];
  return [...page, ...forget, one("jalr", { rd: x.ra, rs1: target, imm: offset })];
}

function counter(random: Random): Item {
  // Only whether it may be read: the value is nobody's business.
  return [one("csrrs", { csr: random.pick([csr.cycle, csr.time, csr.instret]) })];
}

const lowBitsOnly = new Set<number>([...[csr.mcounteren, csr.scounteren, csr.senvcfg]]);

// Known deviation "virtual-interrupts"; and the machine timer is pending from the beginning.
const interruptBits = [
  one("lui", { rd: 28, imm: 0x1000 }),
  one("addi", { rd: 28, rs1: 28, imm: 0xa2a - 0x1000 }),
];

/** Lines that set x28 to the bits that QEMU treats as the manual says. */
const masks = new Map<number, readonly Line[]>([
  // Known deviation "odd-return-address".
  [csr.sepc, [one("addi", { rd: 28, imm: -2 })]],
  [csr.mepc, [one("addi", { rd: 28, imm: -2 })]],
  [csr.mie, interruptBits],
  [csr.sie, interruptBits],
  [csr.mideleg, interruptBits],
  // Known deviation "hypervisor-delegation".
  [
    csr.medeleg,
    [one("lui", { rd: 28, imm: 0xf000 }), one("addi", { rd: 28, rs1: 28, imm: 0x3ff })],
  ],
]);

function access(random: Random, number: number): Item {
  const rd = random.pick(resultRegisters);
  const mnemonic = random.pick(["csrrw", "csrrs", "csrrc"]);
  // Low bits only (known deviations "wide-counter-enable" and "cache-block-bits").
  if (lowBitsOnly.has(number)) {
    return [one(`${mnemonic}i`, { rd, csr: number, rs1: random.below(16) })];
  }
  const rs1 = random.pick([x.zero, ...valueRegisters]);
  const mask = masks.get(number);
  if (!mask) return [one(mnemonic, { rd, csr: number, rs1 })];
  return [
    ...mask,
    one("and", { rd: 28, rs1: 28, rs2: rs1 }),
    one(mnemonic, { rd, csr: number, rs1: 28 }),
  ];
}

function supervisorCsr(random: Random): Item {
  const number = random.pick([
    ...[csr.sie, csr.scounteren, csr.sepc, csr.scause, csr.stval, csr.senvcfg],
    ...[csr.stvec, csr.sscratch, csr.satp, csr.sstatus, csr.sip],
  ]);
  const other = random.pick(resultRegisters);
  switch (number) {
    case csr.stvec:
    case csr.sscratch:
      // What the handler needs comes back at once; both reads show what the register keeps.
      return [
        one("csrrw", { rd: 28, csr: number, rs1: random.pick(valueRegisters) }),
        one("csrrw", { rd: 29, csr: number, rs1: 28 }),
      ];
    case csr.satp:
    case csr.sip:
      return [one("csrrs", { rd: other, csr: number })];
    case csr.sstatus:
      return [one("csrrs", { rd: other, csr: number })];
    default:
      return access(random, number);
  }
}

function machineCsr(random: Random, isTop: boolean): Item {
  const free = [csr.medeleg, csr.mideleg, csr.mie, csr.mepc, csr.mcause, csr.mtval];
  const numbers = [...free, csr.mcounteren];
  if (!isTop) return access(random, random.pick([...numbers, csr.mscratch, csr.mhartid]));
  return random.weighted<() => Item>([
    [8, () => access(random, random.pick(numbers))],
    [
      2,
      () => {
        const number = random.pick([csr.mtvec, csr.mscratch]);
        return [
          one("csrrw", { rd: 28, csr: number, rs1: random.pick(valueRegisters) }),
          one("csrrw", { rd: 29, csr: number, rs1: 28 }),
        ];
      },
    ],
    [1, () => [one("csrrs", { rd: 30, csr: random.pick([csr.mhartid, csr.mstatus]) })]],
  ])();
}

/** Sets or clears one status bit that programs may play with. */
function statusBits(random: Random, mode: Mode): Item {
  const mask = random.pick([bit.sum, bit.mxr, bit.fs, bit.sum, bit.mxr]);
  const rd = random.pick(resultRegisters);
  const number = mode === "machine" ? csr.mstatus : csr.sstatus;
  return [
    one("lui", { rd, imm: mask }),
    one(random.pick(["csrrs", "csrrc"]), { rd, csr: number, rs1: rd }),
  ];
}

/** M-mode whose loads and stores act with another privilege. */
function translatedFromMachine(random: Random): Item {
  const previous = random.pick([0, 1, 1]);
  const accesses = Array.from({ length: random.between(1, 4) }, () =>
    random.chance(0.8) ? memoryAccess(random) : atomic(random),
  ).flat();
  return [
    one("lui", { rd: 28, imm: 0x2000 }),
    one("addiw", { rd: 28, rs1: 28, imm: -2048 }),
    one("csrrc", { csr: csr.mstatus, rs1: 28 }),
    one("addi", { rd: 28, imm: previous }),
    one("slli", { rd: 28, rs1: 28, imm: mppShift }),
    one("lui", { rd: 29, imm: bit.mprv }),
    one("or", { rd: 28, rs1: 28, rs2: 29 }),
    one("csrrs", { csr: csr.mstatus, rs1: 28 }),
    ...accesses,
    one("lui", { rd: 29, imm: bit.mprv }),
    one("csrrc", { rd: 30, csr: csr.mstatus, rs1: 29 }),
  ];
}

function fence(random: Random): Item {
  const address = random.pick([x.zero, random.pick(addressRegisters)]);
  return [one("sfence.vma", { rs1: address, rs2: random.pick([x.zero, x.a7]) })];
}

/** The same page tables under another ASID: what was cached under it before holds still. */
function otherSpace(random: Random): Item {
  return [
    one("csrrs", { rd: 28, csr: csr.satp }),
    one("addi", { rd: 29, imm: random.pick([1, 1, 2, 3, 4, 5, 8, 0x404]) }),
    one("slli", { rd: 29, rs1: 29, imm: 44 }),
    one("xor", { rd: 28, rs1: 28, rs2: 29 }),
    one("csrrw", { csr: csr.satp, rs1: 28 }),
    ...random.pick([[], [], [one("sfence.vma", { rs2: random.pick(resultRegisters) })]]),
  ];
}

/** Replaces a leaf and makes it known. */
function changedEntry(random: Random): Item {
  const table = random.pick(tables.leaves);
  return [...storedLeaf(random, table, random.below(tableWords)), one("sfence.vma")];
}

/** The same, but at first for one of its addresses only, which is accessed before and after. */
function changedPage(random: Random): Item {
  const index = random.below(tableWords);
  const access = (): Line => {
    const [at, other] = [{ rs1: 31, imm: 8 * random.below(8) }, random.pick(valueRegisters)];
    return random.chance(0.5) ? one("ld", { rd: 30, ...at }) : one("sd", { rs2: other, ...at });
  };
  return [
    one("lui", { rd: 31, imm: index * pageBytes }),
    access(),
    ...storedLeaf(random, tables.leaves[0], index),
    one("sfence.vma", { rs1: 31 }),
    access(),
    access(),
    one("sfence.vma"),
  ];
}

function storedLeaf(random: Random, table: number, index: number): Line[] {
  const entry = pageLeaf(random);
  const high = Number(BigInt.asIntN(32, (entry >> 12n) << 12n));
  const low = Number(BigInt.asIntN(12, entry));
  // An entry's bits above 31 belong to damaged ones, of which there are enough.
  return [
    one("lui", { rd: 28, imm: (high + (low < 0 ? 0x1000 : 0)) | 0 }),
    one("addiw", { rd: 28, rs1: 28, imm: low }),
    one("slli", { rd: 28, rs1: 28, imm: 32 }),
    one("srli", { rd: 28, rs1: 28, imm: 32 }),
    one("addi", { rd: 29, imm: table >> 20 }),
    one("slli", { rd: 29, rs1: 29, imm: 20 }),
    one("lui", { rd: 30, imm: table & 0xf_f000 }),
    one("or", { rd: 29, rs1: 29, rs2: 30 }),
    one("sd", { rs1: 29, rs2: 28, imm: 8 * index }),
  ];
}

/** `sret` to the next item, in S-mode or in U-mode, where the code has another address. */
function supervisorReturn(random: Random, isTranslated: boolean, number: number): Item {
  const toUser = random.chance(0.2);
  const alias: Line[] = [
    one("lui", { rd: 29, imm: userAlias }),
    one("add", { rd: 28, rs1: 28, rs2: 29 }),
  ];
  return [
    one("addi", { rd: 29, imm: bit.spp >> 4 }),
    one("slli", { rd: 29, rs1: 29, imm: 4 }),
    one(toUser ? "csrrc" : "csrrs", { csr: csr.sstatus, rs1: 29 }),
    { kind: "address", rd: 28, to: number + 1, plus: 0 },
    ...(toUser && isTranslated ? alias : []),
    one("csrrw", { csr: csr.sepc, rs1: 28 }),
    one("sret"),
  ];
}

/** Raises a software interrupt, which is taken now, later or never. */
function softwareInterruptItem(random: Random, mode: Mode): Item {
  const [status, pending] = mode === "machine" ? [csr.mstatus, csr.mip] : [csr.sstatus, csr.sip];
  const enable = mode === "machine" ? bit.mie : bit.sie;
  return [
    one(random.pick(["csrrsi", "csrrsi", "csrrci"]), {
      ...{ rd: random.pick(resultRegisters), csr: status, rs1: enable },
    }),
    one(random.pick(["csrrsi", "csrrsi", "csrrci"]), { csr: pending, rs1: softwareInterrupt }),
  ];
}
