/**
 * A guest that does the same again and again, and says so each time with a character on its console:
 * for tests that count what one more round costs. In S-mode it calls functions in pages of code that
 * are mapped as the test wants it, in two address spaces.
 *
 *     mappedCodeGuest([[...use(0), ...call(0)], …])       // what each hart does in a round
 */
import {
  type Assembled,
  asm,
  assemble,
  encode,
  type Line,
  loadConstant,
} from "../../support/assembler.ts";

export const codeAddress = 0x8001_0000;
export const virtualCode = 0x4000_0000;
/** Functions, each in a page of its own; each adds another number. */
const codeFrames = 2;
const base = 0x8000_0000;
/** Where no other page takes their places in a TLB. */
const mainOf = [base + 0x8000, base + 0x9000] as const;
const tables = 0x8002_0000;
const pageBytes = 4096;
const uart = 0x1000_0000;
const csr = { satp: 0x180, pmpcfg0: 0x3a0, pmpaddr0: 0x3b0 };
const status = { supervisor: 0x800, sum: 0x4_0000 };
const machine = { mstatus: 0x300, mepc: 0x341, mhartid: 0xf14 };
const [address, value, sum, calls, counter] = [5, 6, 10, 27, 28] as const;

/** Which frame of code each of the four virtual pages is, in each space. */
type Mapping = readonly [readonly number[], readonly number[]];

interface MappedCode {
  /** Frame 0 at two places, frame 1 at two; in the other space by turns. */
  readonly pages?: Mapping;
  readonly asids?: readonly [number, number];
  /** All pages are the same in all spaces, as a kernel's are. */
  readonly isGlobal?: boolean;
  /** User pages may be used, with which translations belong to one space. */
  readonly sum?: boolean;
  /** Done once before the first round, by each hart. */
  readonly begin?: readonly Line[];
}

const rootOf = (space: number) => tables + space * 3 * pageBytes;
const addition = (frame: number, imm: number) =>
  encode(asm("addi", { rd: sum, rs1: sum, imm: 8 * imm + frame }));

/** The function of a frame as its bytes, adding a number. */
export function codeOf(frame: number, imm: number): Uint8Array {
  return assemble(0, [
    asm("addi", { rd: counter, imm: 9 }),
    "again",
    addition(frame, imm),
    asm("slli", { rd: counter + 1, rs1: sum, imm: 3 }),
    asm("xor", { rd: sum, rs1: sum, rs2: counter + 1 }),
    asm("addi", { rd: counter, rs1: counter, imm: -1 }),
    asm("bne", { rs1: counter, to: "again" }),
    asm("jalr", { rs1: 1 }),
  ]);
}

export function store(mnemonic: string, at: number, bits: number | bigint): Assembled[] {
  return [
    ...loadConstant(address, at),
    ...loadConstant(value, bits),
    asm(mnemonic, { rs1: address, rs2: value }),
  ];
}

/** Calls the function at a virtual page eight times. */
export function call(page: number): Assembled[] {
  return [
    ...loadConstant(address, virtualCode + page * pageBytes),
    asm("addi", { rd: calls, imm: 8 }),
    asm("jalr", { rd: 1, rs1: address }),
    asm("addi", { rd: calls, rs1: calls, imm: -1 }),
    asm("bne", { rs1: calls, imm: -8 }),
  ];
}

/** Makes the function of a frame add another number. */
export function patch(frame: number, imm: number): Assembled[] {
  return store("sw", codeAddress + frame * pageBytes + 4, addition(frame, imm) | 0);
}

export function use(space: number, asids: readonly [number, number] = [1, 2]): Assembled[] {
  const asid = BigInt(asids[space] as number);
  const satp = (8n << 60n) | (asid << 44n) | BigInt(rootOf(space) / pageBytes);
  return [...loadConstant(address, satp), asm("csrrw", { rs1: address, csr: csr.satp })];
}

/** Maps a virtual page of a space to a frame of code; a fence is to follow. */
export function map(space: number, page: number, frame: number): Assembled[] {
  const at = rootOf(space) + 2 * pageBytes + 8 * page;
  return store("sd", at, leaf(codeAddress + frame * pageBytes));
}

export function mappedCodeGuest(
  harts: readonly (readonly Line[])[],
  {
    pages = [
      [0, 0, 1, 1],
      [1, 0, 1, 0],
    ],
    ...how
  }: MappedCode = {},
): Uint8Array {
  const image = new Uint8Array(tables - base + 6 * pageBytes);
  const begin = (hart: number): Line[] => [
    ...loadConstant(address, mainOf[hart] as number),
    asm("csrrw", { rs1: address, csr: machine.mepc }),
    asm("mret"),
  ];
  image.set(
    assemble(base, [
      ...loadConstant(address, -1),
      asm("csrrw", { rs1: address, csr: csr.pmpaddr0 }),
      asm("csrrwi", { rs1: 31, csr: csr.pmpcfg0 }),
      ...use(0, how.asids),
      ...loadConstant(address, status.supervisor | (how.sum === false ? 0 : status.sum)),
      asm("csrrw", { rs1: address, csr: machine.mstatus }),
      asm("csrrs", { rd: value, csr: machine.mhartid }),
      asm("bne", { rs1: value, to: "second" }),
      ...begin(0),
      "second",
      ...begin(1),
    ]),
  );
  harts.forEach((round, hart) => {
    const at = mainOf[hart] as number;
    const say = hart === 0 ? store("sb", uart, 0x2e) : [];
    const lines: Line[] = [
      ...(how.begin ?? []),
      "round",
      ...round,
      ...say,
      asm("jal", { to: "round" }),
    ];
    image.set(assemble(at, lines), at - base);
  });
  for (let frame = 0; frame < codeFrames; frame++) {
    image.set(codeOf(frame, 1), codeAddress - base + frame * pageBytes);
  }
  pages.forEach((frames, space) => {
    image.set(addressSpace(space, frames, how.isGlobal === true), rootOf(space) - base);
  });
  return image;
}

/** Dirty, accessed, executable, writable, readable, valid; and perhaps global. */
function leaf(physical: number, isGlobal = false): bigint {
  return (BigInt(physical / pageBytes) << 10n) | (isGlobal ? 0xefn : 0xcfn);
}

const pointer = (physical: number) => (BigInt(physical / pageBytes) << 10n) | 1n;

/** Identity for devices and RAM by gigapages; the pages of code. */
function addressSpace(space: number, frames: readonly number[], isGlobal: boolean): Uint8Array {
  const image = new Uint8Array(3 * pageBytes);
  const view = new DataView(image.buffer);
  view.setBigUint64(0, leaf(0, isGlobal), true);
  view.setBigUint64(8, pointer(rootOf(space) + pageBytes), true);
  view.setBigUint64(16, leaf(base, isGlobal), true);
  view.setBigUint64(pageBytes, pointer(rootOf(space) + 2 * pageBytes), true);
  frames.forEach((frame, page) => {
    const entry = leaf(codeAddress + frame * pageBytes, isGlobal);
    view.setBigUint64(2 * pageBytes + 8 * page, entry, true);
  });
  return image;
}
