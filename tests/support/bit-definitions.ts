/** Zba, Zbb, Zbc, Zbs, Zbkb, Zbkx and Zicond, bit by bit as the manual's pseudocode has them. */
import { s32, u32, u64 } from "./one-instruction.ts";

type Meaning = (a: bigint, b: bigint) => bigint;

/** From the lowest on. */
const bitsOf = (n: bigint, width = 64) =>
  Array.from({ length: width }, (_, i) => Number((n >> BigInt(i)) & 1n));
const fromBits = (bits: readonly number[]) =>
  bits.reduce((n, bit, i) => n | (BigInt(bit) << BigInt(i)), 0n);
const bytesOf = (n: bigint) => Array.from({ length: 8 }, (_, i) => (n >> BigInt(8 * i)) & 0xffn);
const fromBytes = (bytes: readonly bigint[]) =>
  bytes.reduce((n, byte, i) => n | (byte << BigInt(8 * i)), 0n);

const trailingZeros = (n: bigint, width: number) => {
  const first = bitsOf(n, width).indexOf(1);
  return BigInt(first < 0 ? width : first);
};
const leadingZeros = (n: bigint, width: number) =>
  trailingZeros(fromBits(bitsOf(n, width).reverse()), width);
const ones = (n: bigint, width: number) => BigInt(bitsOf(n, width).filter((bit) => bit).length);
const rotatedRight = (n: bigint, by: bigint, width: number) => {
  const bits = bitsOf(n, width);
  return fromBits(bits.map((_, i) => bits[(i + Number(by)) % width] as number));
};
const inOrder = (a: bigint, b: bigint): [bigint, bigint] => (a < b ? [a, b] : [b, a]);
const single = (n: bigint) => 1n << (n & 63n);

/** All 127 bits of the carry-less product. */
const carryLess = (a: bigint, b: bigint) =>
  bitsOf(b).reduce((sum, bit, i) => (bit ? sum ^ (u64(a) << BigInt(i)) : sum), 0n);

const groupsOf = (n: bigint, width: number) =>
  Array.from(
    { length: 64 / width },
    (_, i) => (n >> BigInt(i * width)) & (2n ** BigInt(width) - 1n),
  );
const lookUp = (width: number) => (a: bigint, b: bigint) => {
  const table = groupsOf(a, width);
  return groupsOf(b, width).reduce(
    (all, index, i) => all | ((table[Number(index)] ?? 0n) << BigInt(i * width)),
    0n,
  );
};

const withTwoSources: Record<string, Meaning> = {
  "add.uw": (a, b) => u32(a) + b,
  ...Object.fromEntries(
    [1n, 2n, 3n].flatMap((n): [string, Meaning][] => [
      [`sh${n}add`, (a, b) => (a << n) + b],
      [`sh${n}add.uw`, (a, b) => (u32(a) << n) + b],
    ]),
  ),
  andn: (a, b) => a & ~b,
  orn: (a, b) => a | ~b,
  xnor: (a, b) => ~(a ^ b),
  max: (a, b) => inOrder(a, b)[1],
  min: (a, b) => inOrder(a, b)[0],
  maxu: (a, b) => (u64(a) > u64(b) ? a : b),
  minu: (a, b) => (u64(a) < u64(b) ? a : b),
  rol: (a, b) => rotatedRight(a, -b & 63n, 64),
  ror: (a, b) => rotatedRight(a, b & 63n, 64),
  rolw: (a, b) => s32(rotatedRight(a, -b & 31n, 32)),
  rorw: (a, b) => s32(rotatedRight(a, b & 31n, 32)),
  clmul: (a, b) => carryLess(a, b),
  clmulh: (a, b) => carryLess(a, b) >> 64n,
  clmulr: (a, b) => carryLess(a, b) >> 63n,
  bclr: (a, b) => a & ~single(b),
  bext: (a, b) => (a >> (b & 63n)) & 1n,
  binv: (a, b) => a ^ single(b),
  bset: (a, b) => a | single(b),
  pack: (a, b) => u32(a) | (u32(b) << 32n),
  packh: (a, b) => (a & 0xffn) | ((b & 0xffn) << 8n),
  packw: (a, b) => s32((a & 0xffffn) | ((b & 0xffffn) << 16n)),
  xperm4: lookUp(4),
  xperm8: lookUp(8),
  "czero.eqz": (a, b) => (b === 0n ? 0n : a),
  "czero.nez": (a, b) => (b === 0n ? a : 0n),
};

const withOneSource: Record<string, (a: bigint) => bigint> = {
  clz: (a) => leadingZeros(a, 64),
  ctz: (a) => trailingZeros(a, 64),
  cpop: (a) => ones(a, 64),
  clzw: (a) => leadingZeros(a, 32),
  ctzw: (a) => trailingZeros(a, 32),
  cpopw: (a) => ones(a, 32),
  "sext.b": (a) => BigInt.asIntN(8, a),
  "sext.h": (a) => BigInt.asIntN(16, a),
  "zext.h": (a) => BigInt.asUintN(16, a),
  "orc.b": (a) => fromBytes(bytesOf(a).map((byte) => (byte ? 0xffn : 0n))),
  rev8: (a) => fromBytes(bytesOf(a).reverse()),
  brev8: (a) => fromBytes(bytesOf(a).map((byte) => fromBits(bitsOf(byte, 8).reverse()))),
};

const withImmediate: Record<string, Meaning> = {
  "slli.uw": (a, n) => u32(a) << n,
  rori: (a, n) => rotatedRight(a, n, 64),
  roriw: (a, n) => s32(rotatedRight(a, n, 32)),
  ...Object.fromEntries(
    ["bclr", "bext", "binv", "bset"].map((name) => [`${name}i`, withTwoSources[name] as Meaning]),
  ),
};

/** By the shape of the instruction. */
export const bitDefinitions = { withTwoSources, withOneSource, withImmediate };
