/** Bits and bytes in the opposite order, by exchanging ever larger neighbours. */
import type { FunctionBuilder } from "../../base/wasm/function-builder.ts";
import type { I64 } from "../../base/wasm/value.ts";

/** Exchanges groups of `width` bits; `mask` has the lower one of each two. */
const exchanged = (f: FunctionBuilder, value: I64, width: number, mask: bigint): I64 => {
  const bits = f.let(value);
  return bits.shrU(width).and(mask).or(bits.and(mask).shl(width));
};

export function reverseBytes(f: FunctionBuilder, value: I64): I64 {
  const halves = exchanged(f, value, 8, 0x00ff_00ff_00ff_00ffn);
  const words = exchanged(f, halves, 16, 0x0000_ffff_0000_ffffn);
  return words.rotl(32);
}

export function reverseBitsOfBytes(f: FunctionBuilder, value: I64): I64 {
  const pairs = exchanged(f, value, 1, 0x5555_5555_5555_5555n);
  const nibbles = exchanged(f, pairs, 2, 0x3333_3333_3333_3333n);
  return exchanged(f, nibbles, 4, 0x0f0f_0f0f_0f0f_0f0fn);
}

export function reverseBits(f: FunctionBuilder, value: I64): I64 {
  return reverseBytes(f, reverseBitsOfBytes(f, value));
}
