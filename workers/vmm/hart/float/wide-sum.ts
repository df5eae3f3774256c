/** The sum of a 128-bit product and one addend: the second half of a fused multiply-add. */
import type { FunctionBuilder, Local } from "../../base/wasm/function-builder.ts";
import type { I32, I64, IntegerType } from "../../base/wasm/value.ts";
import { type Addend, signOfZeroSum } from "./add.ts";
import { leadingBit } from "./format.ts";
import { signBitOf } from "./pattern.ts";
import type { FloatScope } from "./round-pack.ts";
import { shiftRightSticky } from "./unpacked.ts";

/** As `Addend`, but of 128 bits, of which bit 61 of `high` stands for 2^(exponent - bias). */
interface WideAddend {
  readonly sign: I32;
  readonly exponent: I32;
  readonly high: I64;
  readonly low: I64;
}

/** 128 bits in two locals. */
interface Wide {
  readonly high: Local<"i64">;
  readonly low: Local<"i64">;
}

/** Returns the rounded sum of two finite addends, not both zero, from the function. */
export function returnWideSum<T extends IntegerType>(
  f: FunctionBuilder,
  { format, roundPack }: FloatScope<T>,
  product: WideAddend,
  addend: Addend,
  mode: I32,
): void {
  const sign = f.let(product.sign);
  const exponent = f.let(product.exponent);
  const sum = { high: f.let(product.high), low: f.let(product.low) };
  const other = { high: f.let(addend.significand), low: f.local("i64") };
  other.low.set(0);

  const distance = f.let(exponent.sub(addend.exponent));
  f.if(
    distance.geS(0),
    () => shiftRight(f, other, distance),
    () => {
      exponent.set(addend.exponent);
      distance.set(distance.neg());
      shiftRight(f, sum, distance);
    },
  );

  f.if(
    sign.xor(addend.sign),
    () => {
      const borrow = f.let(sum.low.ltU(other.low));
      sum.low.set(sum.low.sub(other.low));
      sum.high.set(sum.high.sub(other.high).sub(borrow.extendU()));
      f.if(sum.high.ltS(0), () => {
        sum.low.set(sum.low.neg());
        sum.high.set(sum.high.not().add(sum.low.eqz().extendU()));
        sign.set(sign.xor(1));
      });
    },
    () => {
      sum.low.set(sum.low.add(other.low));
      sum.high.set(sum.high.add(other.high).add(sum.low.ltU(other.low).extendU()));
    },
  );

  f.if(sum.high.eqz(), () => {
    f.if(sum.low.eqz(), () => {
      const opposed = product.sign.xor(addend.sign);
      f.return(format.narrow(signBitOf(format, signOfZeroSum(opposed, sign, mode))));
    });
    // Only a cancellation gets here; its operands end in more zeros than the two places kept.
    sum.high.set(sum.low.shrU(2));
    sum.low.set(sum.low.shl(62));
    exponent.set(exponent.sub(62));
  });
  const shift = f.let(sum.high.clz().sub(63 - leadingBit));
  const inserted = shiftRightAcross(sum.low, shift);
  const sticky = sum.low.shl(shift).ne(0).extendU();
  const significand = sum.high.shl(shift).or(inserted).or(sticky);
  const result = roundPack.call(sign, exponent.sub(shift.wrap()).add(1), significand, mode);
  f.return(format.narrow(result));
}

/** `value >> (64 - places)` for `places` from 0 to 63: what a shift to the left carries out. */
const shiftRightAcross = (value: I64, places: I64): I64 => value.shrU(1).shrU(places.xor(63));

/** `value << (64 - places)`: what a shift to the right carries out. */
const shiftLeftAcross = (value: I64, places: I64): I64 => value.shl(1).shl(places.xor(63));

/** Shifts right by any `distance` from 0 up, with sticky ones; both words are below 2^63. */
function shiftRight(f: FunctionBuilder, { high, low }: Wide, distance: Local<"i32">): void {
  f.if(
    distance.ltU(64),
    () => {
      const places = f.let(distance.extendU());
      const lost = shiftLeftAcross(low, places).ne(0).extendU();
      low.set(low.shrU(places).or(shiftLeftAcross(high, places)).or(lost));
      high.set(high.shrU(places));
    },
    () => {
      distance.set(distance.sub(64));
      const lost = f.let(low.ne(0).extendU());
      low.set(shiftRightSticky(f, high, distance).or(lost));
      high.set(0);
    },
  );
}
