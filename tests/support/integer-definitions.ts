/** RV64IM as the manual defines it, over unbounded integers. */
import { s32, u32, u64 } from "./one-instruction.ts";

const flag = (condition: boolean) => (condition ? 1n : 0n);

/** Table 11 of the manual: division by zero and overflow have results, not traps. */
const divide = (a: bigint, b: bigint) => (b === 0n ? -1n : a / b);
const remainder = (a: bigint, b: bigint) => (b === 0n ? a : a % b);

type Meaning = (a: bigint, b: bigint) => bigint;

/** Operands come sign-extended; the low 64 bits of the result count. */
const registerRegister: Record<string, Meaning> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  sll: (a, b) => a << (b & 63n),
  slt: (a, b) => flag(a < b),
  sltu: (a, b) => flag(u64(a) < u64(b)),
  xor: (a, b) => a ^ b,
  srl: (a, b) => u64(a) >> (b & 63n),
  sra: (a, b) => a >> (b & 63n),
  or: (a, b) => a | b,
  and: (a, b) => a & b,
  addw: (a, b) => s32(a + b),
  subw: (a, b) => s32(a - b),
  sllw: (a, b) => s32(a << (b & 31n)),
  srlw: (a, b) => s32(u32(a) >> (b & 31n)),
  sraw: (a, b) => s32(a) >> (b & 31n),
  mul: (a, b) => a * b,
  mulh: (a, b) => (a * b) >> 64n,
  mulhsu: (a, b) => (a * u64(b)) >> 64n,
  mulhu: (a, b) => (u64(a) * u64(b)) >> 64n,
  div: divide,
  divu: (a, b) => divide(u64(a), u64(b)),
  rem: remainder,
  remu: (a, b) => remainder(u64(a), u64(b)),
  mulw: (a, b) => s32(a * b),
  divw: (a, b) => s32(divide(s32(a), s32(b))),
  divuw: (a, b) => s32(divide(u32(a), u32(b))),
  remw: (a, b) => s32(remainder(s32(a), s32(b))),
  remuw: (a, b) => s32(remainder(u32(a), u32(b))),
};

const registerImmediate: Record<string, Meaning> = {
  addi: (a, i) => a + i,
  slti: (a, i) => flag(a < i),
  sltiu: (a, i) => flag(u64(a) < u64(i)),
  xori: (a, i) => a ^ i,
  ori: (a, i) => a | i,
  andi: (a, i) => a & i,
  addiw: (a, i) => s32(a + i),
};

const shifts: Record<string, Meaning> = {
  slli: (a, n) => a << n,
  srli: (a, n) => u64(a) >> n,
  srai: (a, n) => a >> n,
  slliw: (a, n) => s32(a << n),
  srliw: (a, n) => s32(u32(a) >> n),
  sraiw: (a, n) => s32(a) >> n,
};

const branches: Record<string, (a: bigint, b: bigint) => boolean> = {
  beq: (a, b) => a === b,
  bne: (a, b) => a !== b,
  blt: (a, b) => a < b,
  bge: (a, b) => a >= b,
  bltu: (a, b) => u64(a) < u64(b),
  bgeu: (a, b) => u64(a) >= u64(b),
};

/** By the shape of the instruction. */
export const integerDefinitions = { registerRegister, registerImmediate, shifts, branches };
