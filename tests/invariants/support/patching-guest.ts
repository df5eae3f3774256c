/**
 * A guest whose code never stays what it is: functions in a few pages of code that are mapped at
 * several addresses, differently in two address spaces, and that the guest patches, remaps and calls
 * all the time. With two harts each changes what the other executes.
 *
 * Each hart goes through its own list of actions again and again, in S-mode; hart 0 powers off.
 */
import {
  type Assembled,
  asm,
  assemble,
  encode,
  type Line,
  loadConstant,
} from "../../support/assembler.ts";

export type Action =
  /** Calls a function several times by one of the pages' addresses. */
  | { readonly kind: "call"; readonly page: number; readonly slot: number }
  /** Changes a constant in a function, through its physical address or a virtual one. */
  | { readonly kind: "patch"; readonly page: number; readonly slot: number; readonly value: number }
  /** Changes the second half of an instruction that straddles two pages. */
  | { readonly kind: "patch-tail"; readonly page: number; readonly value: number }
  /** Goes over to an address space. */
  | { readonly kind: "switch"; readonly space: number }
  /** Maps a page of code elsewhere in an address space, and fences. */
  | { readonly kind: "remap"; readonly space: number; readonly page: number; readonly to: number }
  /** Reads of a page of code by its virtual address, and adds to what is in a page of data. */
  | { readonly kind: "data"; readonly page: number }
  | { readonly kind: "fence" }
  /** Interrupts the other hart, which then fences its instructions. */
  | { readonly kind: "interrupt"; readonly hart: number };

export const codePages = 4;
/** The last one runs over the end of its page. */
export const slots = 8;
export const codeAddress = 0x8001_0000;
/** Where the guest's actions are: no page table changes elsewhere. */
const base = 0x8000_0000;
const handler = base + 0x800;
const hartCode = [base + 0x2000, base + 0x6000] as const;
const tables = 0x8002_0000;
const virtualCode = 0x4000_0000;
const data = 0x8003_0000;
const pageBytes = 4096;
const slotBytes = 64;
const lastSlot = pageBytes - 16;
const finisher = 0x10_0000;
const machineSoftware = 0x0200_0000;

const csr = {
  ...{ satp: 0x180, mstatus: 0x300, mie: 0x304, mtvec: 0x305, mepc: 0x341, mcause: 0x342 },
  ...{ pmpcfg0: 0x3a0, pmpaddr0: 0x3b0, mhartid: 0xf14 },
};
/** `mstatus` with S as the mode that `mret` goes to. */
const status = { supervisor: 0x800, sum: 0x4_0000 } as const;
const [address, value, rounds, sum, calls, counter] = [5, 6, 9, 10, 27, 28] as const;
/** So often that the function may be hot before it changes. */
const callsEach = 6;

const slotOffset = (slot: number) => (slot === slots - 1 ? lastSlot : 64 + slot * slotBytes);
const addition = (imm: number) => encode(asm("addi", { rd: sum, rs1: sum, imm }));
const rootOf = (space: number) => tables + space * 3 * pageBytes;
const satpOf = (space: number) =>
  (8n << 60n) | (BigInt(space + 1) << 44n) | BigInt(rootOf(space) / pageBytes);
const leaf = (physical: number) => (BigInt(physical / pageBytes) << 10n) | 0xcfn;
const pointer = (physical: number) => (BigInt(physical / pageBytes) << 10n) | 1n;

function store(mnemonic: string, at: number, bits: number | bigint): Assembled[] {
  return [
    ...loadConstant(address, at),
    ...loadConstant(value, bits),
    asm(mnemonic, { rs1: address, rs2: value }),
  ];
}

function linesOf(action: Action): Line[] {
  switch (action.kind) {
    case "call":
      return [
        ...loadConstant(address, virtualCode + action.page * pageBytes + slotOffset(action.slot)),
        asm("addi", { rd: calls, imm: callsEach }),
        asm("jalr", { rd: 1, rs1: address }),
        asm("addi", { rd: calls, rs1: calls, imm: -1 }),
        asm("bne", { rs1: calls, imm: -8 }),
      ];
    case "patch": {
      const place = action.page * pageBytes + slotOffset(action.slot) + 4;
      const target = (action.value % 2 === 0 ? codeAddress : virtualCode) + place;
      // The last slot's second instruction is compressed code: its first is the one with a constant.
      const at = action.slot === slots - 1 ? target - 4 : target;
      return [...store("sw", at, addition(action.value) | 0), asm("fence.i")];
    }
    case "patch-tail": {
      const at = codeAddress + action.page * pageBytes;
      return [...store("sh", at, addition(action.value) >>> 16), asm("fence.i")];
    }
    case "switch":
      return [
        ...loadConstant(address, satpOf(action.space)),
        asm("csrrw", { rs1: address, csr: csr.satp }),
      ];
    case "remap": {
      const at = rootOf(action.space) + 2 * pageBytes + 8 * action.page;
      const entry = leaf(codeAddress + action.to * pageBytes);
      return [...store("sd", at, entry), asm("sfence.vma")];
    }
    case "data":
      return [
        ...loadConstant(address, virtualCode + action.page * pageBytes),
        asm("ld", { rd: value, rs1: address, imm: 64 }),
        asm("add", { rd: sum, rs1: sum, rs2: value }),
        ...loadConstant(address, data + action.page * pageBytes),
        asm("ld", { rd: value, rs1: address, imm: 8 * action.page }),
        asm("add", { rd: value, rs1: value, rs2: sum }),
        asm("sd", { rs1: address, rs2: value, imm: 8 * action.page }),
      ];
    case "fence":
      return [asm("fence.i"), asm("sfence.vma")];
    case "interrupt":
      return store("sw", machineSoftware + 4 * action.hart, 1);
  }
}

function codePage(page: number): Uint8Array {
  const image = new Uint8Array(pageBytes);
  // What the page before runs over into: the tail of an addition, and a return.
  image.set(assemble(0, [asm("c.jr", { rs1: 1 })]), 2);
  new DataView(image.buffer).setUint16(0, addition(page + 1) >>> 16, true);
  for (let slot = 0; slot < slots - 1; slot++) {
    const lines: Line[] = [
      asm("addi", { rd: counter, imm: 3 + slot }),
      "again",
      asm("addi", { rd: sum, rs1: sum, imm: slot + 8 * page }),
      asm("slli", { rd: counter + 1, rs1: sum, imm: 1 + page }),
      asm("xor", { rd: sum, rs1: sum, rs2: counter + 1 }),
      asm("addi", { rd: counter, rs1: counter, imm: -1 }),
      asm("bne", { rs1: counter, to: "again" }),
      asm("jalr", { rs1: 1 }),
    ];
    image.set(assemble(0, lines), slotOffset(slot));
  }
  const last = assemble(0, [
    asm("addi", { rd: sum, rs1: sum, imm: 77 }),
    asm("xori", { rd: sum, rs1: sum, imm: page + 1 }),
    asm("addi", { rd: sum, rs1: sum, imm: 5 }),
    asm("c.addi", { rd: sum, imm: 3 }),
  ]);
  image.set(last, lastSlot);
  new DataView(image.buffer).setUint16(pageBytes - 2, addition(0) & 0xffff, true);
  return image;
}

/** Identity for devices and RAM by gigapages; the code pages in turn, at each other's address. */
function addressSpace(space: number): Uint8Array {
  const image = new Uint8Array(3 * pageBytes);
  const view = new DataView(image.buffer);
  view.setBigUint64(0, leaf(0), true);
  view.setBigUint64(8, pointer(rootOf(space) + pageBytes), true);
  view.setBigUint64(16, leaf(base), true);
  view.setBigUint64(pageBytes, pointer(rootOf(space) + 2 * pageBytes), true);
  for (let page = 0; page <= codePages; page++) {
    const to = space === 0 ? page % codePages : (page * 3 + 1) % codePages;
    view.setBigUint64(2 * pageBytes + 8 * page, leaf(codeAddress + to * pageBytes), true);
  }
  return image;
}

function start(): Line[] {
  return [
    ...loadConstant(address, -1),
    asm("csrrw", { rs1: address, csr: csr.pmpaddr0 }),
    asm("csrrwi", { rs1: 31, csr: csr.pmpcfg0 }),
    ...loadConstant(address, handler),
    asm("csrrw", { rs1: address, csr: csr.mtvec }),
    asm("csrrwi", { rs1: 8, csr: csr.mie }),
    ...loadConstant(address, satpOf(0)),
    asm("csrrw", { rs1: address, csr: csr.satp }),
    // S-mode; hart 0 with the right to user pages, which its translations are cached apart by.
    ...loadConstant(address, status.supervisor | status.sum),
    asm("csrrw", { rs1: address, csr: csr.mstatus }),
    asm("csrrs", { rd: value, csr: csr.mhartid }),
    ...loadConstant(address, hartCode[0]),
    asm("beq", { rs1: value, to: "go" }),
    ...loadConstant(address, status.supervisor),
    asm("csrrw", { rs1: address, csr: csr.mstatus }),
    ...loadConstant(address, hartCode[1]),
    "go",
    asm("csrrw", { rs1: address, csr: csr.mepc }),
    asm("mret"),
  ];
}

/** An interrupt of the other hart is taken notice of; anything else is a failure. */
function onTrap(): Line[] {
  return [
    asm("csrrs", { rd: 30, csr: csr.mcause }),
    asm("bge", { rs1: 30, to: "exception" }),
    asm("csrrs", { rd: 30, csr: csr.mhartid }),
    asm("slli", { rd: 30, rs1: 30, imm: 2 }),
    asm("lui", { rd: 31, imm: machineSoftware }),
    asm("add", { rd: 31, rs1: 31, rs2: 30 }),
    asm("sw", { rs1: 31 }),
    asm("fence.i"),
    asm("mret"),
    "exception",
    ...store("sw", finisher, 0x3333),
    "hang",
    asm("jal", { to: "hang" }),
  ];
}

/** @param times how often hart 0 goes through its actions */
export function patchingGuest(harts: readonly (readonly Action[])[], times: number): Uint8Array {
  const image = new Uint8Array(tables - base + 6 * pageBytes);
  image.set(assemble(base, start()));
  image.set(assemble(handler, onTrap()), handler - base);
  harts.forEach((actions, hart) => {
    const at = hartCode[hart] as number;
    const last: Line[] =
      hart === 0
        ? [
            asm("addi", { rd: rounds, rs1: rounds, imm: -1 }),
            asm("beq", { rs1: rounds, to: "end" }),
            asm("jal", { to: "round" }),
            "end",
            ...store("sw", finisher, 0x5555),
          ]
        : [];
    const lines: Line[] = [
      ...loadConstant(rounds, times),
      "round",
      ...actions.flatMap(linesOf),
      ...last,
      asm("jal", { to: "round" }),
    ];
    const code = assemble(at, lines);
    if (code.length > 0x4000) throw new Error("a hart has too many actions");
    image.set(code, at - base);
  });
  for (let page = 0; page < codePages; page++) {
    image.set(codePage(page), codeAddress - base + page * pageBytes);
  }
  for (const space of [0, 1]) image.set(addressSpace(space), rootOf(space) - base);
  return image;
}
