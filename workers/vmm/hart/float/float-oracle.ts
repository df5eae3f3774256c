/**
 * The oracle of the soft-float tests: the same operations by exact arithmetic on big integers, one
 * definition of rounding over rationals, and nothing shared with the code under test. Slow and
 * plain on purpose. Not part of the monitor.
 */

/** The result's bit pattern (or integer) and the exceptions as in `fflags`. */
export interface Outcome {
  readonly bits: bigint;
  readonly flags: number;
}

/** A finite number: ±mantissa · 2^exponent. */
interface Dyadic {
  readonly negative: boolean;
  readonly mantissa: bigint;
  readonly exponent: number;
}

interface Decoded extends Dyadic {
  readonly kind: "finite" | "infinite" | "nan";
  readonly signaling: boolean;
}

type Operation = (operands: readonly bigint[], mode: number) => Outcome;

const [inexact, underflow, overflow, divideByZero, invalid] = [1, 2, 4, 8, 16] as const;
const [rne, rtz, rdn, rup, rmm] = [0, 1, 2, 3, 4] as const;

const bitLength = (n: bigint): number => n.toString(16).length * 4 - leadingZeros(n);
const leadingZeros = (n: bigint): number =>
  Math.clz32(Number.parseInt(n.toString(16)[0] ?? "0", 16)) - 28;
const power = (exponent: number): bigint => 1n << BigInt(exponent);

/** Whether |n/d| = whole + rest/d goes away from zero to whole + 1. */
function goesUp(whole: bigint, rest: bigint, d: bigint, negative: boolean, mode: number): boolean {
  const toMiddle = 2n * rest - d;
  switch (mode) {
    case rne:
      return toMiddle > 0n || (toMiddle === 0n && (whole & 1n) === 1n);
    case rtz:
      return false;
    case rdn:
      return negative && rest > 0n;
    case rup:
      return !negative && rest > 0n;
    case rmm:
      return toMiddle >= 0n;
    default:
      throw new RangeError(`rounding mode ${mode}`);
  }
}

/** n/d as a multiple of 2^unit. */
function toMultiple(n: bigint, d: bigint, unit: number, negative: boolean, mode: number) {
  const [top, bottom] = unit < 0 ? [n << BigInt(-unit), d] : [n, d << BigInt(unit)];
  const whole = top / bottom;
  const rest = top % bottom;
  const up = goesUp(whole, rest, bottom, negative, mode);
  return { multiple: up ? whole + 1n : whole, exact: rest === 0n };
}

function squareRootFloor(n: bigint): bigint {
  if (n < 2n) return n;
  let guess = power((bitLength(n) + 1) >> 1);
  for (;;) {
    const next = (guess + n / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

export class FloatOracle {
  readonly #precision: number;
  readonly #bias: number;
  readonly #exponentBits: number;
  readonly #nan: bigint;
  readonly #infinity: bigint;

  constructor(width: 16 | 32 | 64) {
    this.#precision = { 16: 11, 32: 24, 64: 53 }[width];
    this.#exponentBits = width - this.#precision;
    this.#bias = 2 ** (this.#exponentBits - 1) - 1;
    this.#infinity = (power(this.#exponentBits) - 1n) << BigInt(this.#precision - 1);
    this.#nan = this.#infinity | power(this.#precision - 2);
  }

  decode(bits: bigint): Decoded {
    const fractionBits = this.#precision - 1;
    const fraction = bits & (power(fractionBits) - 1n);
    const field = Number((bits >> BigInt(fractionBits)) & (power(this.#exponentBits) - 1n));
    const special = field === 2 ** this.#exponentBits - 1;
    return {
      negative: bits >> BigInt(fractionBits + this.#exponentBits) === 1n,
      mantissa: field === 0 ? fraction : fraction | power(fractionBits),
      exponent: Math.max(field, 1) - this.#bias - fractionBits,
      kind: special ? (fraction === 0n ? "infinite" : "nan") : "finite",
      signaling: special && fraction !== 0n && fraction < power(fractionBits - 1),
    };
  }

  /** ±n/d, n and d above zero, rounded to the format (IEEE 754-2019 §7.4, §7.5, after rounding). */
  round(negative: boolean, n: bigint, d: bigint, mode: number): Outcome {
    const precision = this.#precision;
    let exponent = bitLength(n) - bitLength(d);
    const below = exponent < 0 ? n << BigInt(-exponent) < d : n < d << BigInt(exponent);
    if (below) exponent -= 1;
    const smallest = 1 - this.#bias;
    const unit = Math.max(exponent, smallest) - precision + 1;
    const { multiple, exact } = toMultiple(n, d, unit, negative, mode);
    if (unit + bitLength(multiple) > this.#bias + 1) {
      const toInfinity = goesUp(1n, 2n, 3n, negative, mode);
      const magnitude = this.#infinity - (toInfinity ? 0n : 1n);
      return { bits: this.#signed(negative, magnitude), flags: overflow | inexact };
    }
    const unbounded = exponent - precision + 1;
    const asIfUnbounded = toMultiple(n, d, unbounded, negative, mode).multiple;
    const tiny = unbounded + bitLength(asIfUnbounded) - 1 < smallest;
    const flags = exact ? 0 : tiny ? inexact | underflow : inexact;
    // The leading one adds itself to the exponent field, which is why a carry needs no case.
    const field = BigInt(unit + precision - 1 - smallest) << BigInt(precision - 1);
    return { bits: this.#signed(negative, field + multiple), flags };
  }

  readonly add: Operation = (operands, mode) => {
    const [a, b] = this.#decodeAll(operands);
    const nan = this.#nanOf(a, b);
    if (nan) return nan;
    if (a.kind === "infinite" && b.kind === "infinite" && a.negative !== b.negative) {
      return this.#invalid();
    }
    if (a.kind === "infinite") return this.#exactly(a.negative, this.#infinity);
    if (b.kind === "infinite") return this.#exactly(b.negative, this.#infinity);
    return this.#sum(a, b, mode);
  };

  readonly sub: Operation = ([a = 0n, b = 0n], mode) => this.add([a, b ^ this.#signBit()], mode);

  readonly mul: Operation = (operands, mode) => {
    const [a, b] = this.#decodeAll(operands);
    const nan = this.#nanOf(a, b);
    if (nan) return nan;
    const negative = a.negative !== b.negative;
    if (a.kind === "infinite" || b.kind === "infinite") {
      const zero = [a, b].some((x) => x.kind === "finite" && x.mantissa === 0n);
      return zero ? this.#invalid() : this.#exactly(negative, this.#infinity);
    }
    return this.#roundDyadic(product(a, b), mode);
  };

  readonly fma: Operation = (operands, mode) => {
    const [a, b, c] = this.#decodeAll(operands);
    const infinite = a.kind === "infinite" || b.kind === "infinite";
    const zero = [a, b].some((x) => x.kind === "finite" && x.mantissa === 0n);
    if (infinite && zero) return this.#invalid();
    const nan = this.#nanOf(a, b, c);
    if (nan) return nan;
    const negative = a.negative !== b.negative;
    if (infinite && c.kind === "infinite" && c.negative !== negative) return this.#invalid();
    if (infinite) return this.#exactly(negative, this.#infinity);
    if (c.kind === "infinite") return this.#exactly(c.negative, this.#infinity);
    return this.#sum(product(a, b), c, mode);
  };

  readonly div: Operation = (operands, mode) => {
    const [a, b] = this.#decodeAll(operands);
    const nan = this.#nanOf(a, b);
    if (nan) return nan;
    const negative = a.negative !== b.negative;
    if (a.kind === "infinite") {
      return b.kind === "infinite" ? this.#invalid() : this.#exactly(negative, this.#infinity);
    }
    if (b.kind === "infinite") return this.#exactly(negative, 0n);
    if (b.mantissa === 0n) {
      if (a.mantissa === 0n) return this.#invalid();
      return { bits: this.#signed(negative, this.#infinity), flags: divideByZero };
    }
    if (a.mantissa === 0n) return this.#exactly(negative, 0n);
    const exponent = a.exponent - b.exponent;
    const n = a.mantissa << BigInt(Math.max(exponent, 0));
    return this.round(negative, n, b.mantissa << BigInt(Math.max(-exponent, 0)), mode);
  };

  readonly sqrt: Operation = (operands, mode) => {
    const [a] = this.#decodeAll(operands);
    const nan = this.#nanOf(a);
    if (nan) return nan;
    if (a.kind === "finite" && a.mantissa === 0n) return this.#exactly(a.negative, 0n);
    if (a.negative) return this.#invalid();
    if (a.kind === "infinite") return this.#exactly(false, this.#infinity);
    // An even exponent, and enough places that the root has twice the precision asked for.
    const even = a.exponent - 256 - ((a.exponent - 256) & 1);
    const radicand = a.mantissa << BigInt(a.exponent - even);
    const root = squareRootFloor(radicand);
    // An irrational root lies between this and the next: half a place more keeps its order.
    const halves = 2n * root + (root * root === radicand ? 0n : 1n);
    return this.#roundDyadic({ negative: false, mantissa: halves, exponent: even / 2 - 1 }, mode);
  };

  readonly eq: Operation = (operands) => this.#compare(operands, false, (order) => order === 0);
  readonly lt: Operation = (operands) => this.#compare(operands, true, (order) => order < 0);
  readonly le: Operation = (operands) => this.#compare(operands, true, (order) => order <= 0);
  readonly ltq: Operation = (operands) => this.#compare(operands, false, (order) => order < 0);
  readonly leq: Operation = (operands) => this.#compare(operands, false, (order) => order <= 0);
  readonly min: Operation = (operands) => this.#choose(operands, (order) => order < 0);
  readonly max: Operation = (operands) => this.#choose(operands, (order) => order > 0);
  readonly minm: Operation = (operands) =>
    this.#nanOf(...this.#decodeAll(operands)) ?? this.min(operands, rne);
  readonly maxm: Operation = (operands) =>
    this.#nanOf(...this.#decodeAll(operands)) ?? this.max(operands, rne);

  /** To an integer of the format; whether that raises NX is for the operation to say. */
  readonly toIntegralExactly: Operation = ([bits = 0n], mode) => {
    const a = this.decode(bits);
    const nan = this.#nanOf(a);
    if (nan) return nan;
    if (a.kind === "infinite" || a.mantissa === 0n) return { bits, flags: 0 };
    const { multiple, exact } = toMultiple(...rational(a), 0, a.negative, mode);
    const rounded = this.#roundDyadic({ ...a, mantissa: multiple, exponent: 0 }, mode);
    return { bits: rounded.bits, flags: exact ? 0 : inexact };
  };
  readonly toIntegral: Operation = (operands, mode) => {
    const { bits, flags } = this.toIntegralExactly(operands, mode);
    return { bits, flags: flags & ~inexact };
  };

  /** Towards zero, modulo 2^32 and sign-extended, with the flags of the saturating conversion. */
  readonly toI32Modular: Operation = (operands) => {
    const { flags } = this.toInteger(32, true)(operands, rtz);
    const [a] = this.#decodeAll(operands);
    if (a.kind !== "finite") return { bits: 0n, flags };
    const { multiple } = toMultiple(...rational(a), 0, a.negative, rtz);
    const value = BigInt.asIntN(32, a.negative ? -multiple : multiple);
    return { bits: BigInt.asUintN(64, value), flags };
  };

  readonly classify: Operation = (operands) => {
    const [a] = this.#decodeAll(operands);
    const place = () => {
      if (a.kind === "nan") return a.signaling ? 8 : 9;
      if (a.kind === "infinite") return a.negative ? 0 : 7;
      if (a.mantissa === 0n) return a.negative ? 3 : 4;
      if (bitLength(a.mantissa) < this.#precision) return a.negative ? 2 : 5;
      return a.negative ? 1 : 6;
    };
    return { bits: power(place()), flags: 0 };
  };

  /** To another format. */
  convertTo(target: FloatOracle): Operation {
    return (operands, mode) => {
      const [a] = this.#decodeAll(operands);
      if (a.kind === "nan") return { bits: target.#nan, flags: a.signaling ? invalid : 0 };
      if (a.kind === "infinite") return target.#exactly(a.negative, target.#infinity);
      return target.#roundDyadic(a, mode);
    };
  }

  /** To an integer of `width` bits, as a 64-bit register holds it. */
  toInteger(width: 32 | 64, signed: boolean): Operation {
    const lowest = signed ? -power(width - 1) : 0n;
    const highest = signed ? power(width - 1) - 1n : power(width) - 1n;
    const register = (n: bigint) => BigInt.asUintN(64, BigInt.asIntN(width, n));
    return (operands, mode) => {
      const [a] = this.#decodeAll(operands);
      if (a.kind === "nan") return { bits: register(highest), flags: invalid };
      const saturated = { bits: register(a.negative ? lowest : highest), flags: invalid };
      if (a.kind === "infinite") return saturated;
      const [n, d] = rational(a);
      const { multiple, exact } = toMultiple(n, d, 0, a.negative, mode);
      const value = a.negative ? -multiple : multiple;
      if (value < lowest || value > highest) return saturated;
      return { bits: register(value), flags: exact ? 0 : inexact };
    };
  }

  /** From a 64-bit register that holds an integer of `width` bits. */
  fromInteger(width: 32 | 64, signed: boolean): Operation {
    return ([register = 0n], mode) => {
      const value = signed ? BigInt.asIntN(width, register) : BigInt.asUintN(width, register);
      const mantissa = value < 0n ? -value : value;
      return this.#roundDyadic({ negative: value < 0n, mantissa, exponent: 0 }, mode);
    };
  }

  #decodeAll(operands: readonly bigint[]): [Decoded, Decoded, Decoded] {
    const [a, b, c] = operands.map((bits) => this.decode(bits));
    const none = this.decode(0n);
    return [a ?? none, b ?? none, c ?? none];
  }

  #signBit(): bigint {
    return power(this.#precision - 1 + this.#exponentBits);
  }

  #signed(negative: boolean, magnitude: bigint): bigint {
    return negative ? magnitude | this.#signBit() : magnitude;
  }

  #exactly(negative: boolean, magnitude: bigint): Outcome {
    return { bits: this.#signed(negative, magnitude), flags: 0 };
  }

  #invalid(): Outcome {
    return { bits: this.#nan, flags: invalid };
  }

  #nanOf(...operands: readonly Decoded[]): Outcome | undefined {
    if (!operands.some(({ kind }) => kind === "nan")) return undefined;
    const signaling = operands.some((operand) => operand.signaling);
    return { bits: this.#nan, flags: signaling ? invalid : 0 };
  }

  #roundDyadic(value: Dyadic, mode: number): Outcome {
    if (value.mantissa === 0n) return this.#exactly(value.negative, 0n);
    return this.round(value.negative, ...rational(value), mode);
  }

  #sum(a: Dyadic, b: Dyadic, mode: number): Outcome {
    const exponent = Math.min(a.exponent, b.exponent);
    const total = scaledTo(a, exponent) + scaledTo(b, exponent);
    if (total === 0n) {
      const negative = a.negative === b.negative ? a.negative : mode === rdn;
      return this.#exactly(negative, 0n);
    }
    const mantissa = total < 0n ? -total : total;
    return this.#roundDyadic({ negative: total < 0n, mantissa, exponent }, mode);
  }

  #compare(
    operands: readonly bigint[],
    signaling: boolean,
    holds: (order: number) => boolean,
  ): Outcome {
    const [a, b] = this.#decodeAll(operands);
    const nan = this.#nanOf(a, b);
    if (nan) return { bits: 0n, flags: signaling ? invalid : nan.flags };
    return { bits: holds(orderOf(a, b)) ? 1n : 0n, flags: 0 };
  }

  #choose(operands: readonly bigint[], holds: (order: number) => boolean): Outcome {
    const [left = 0n, right = 0n] = operands;
    const [a, b] = this.#decodeAll(operands);
    const nan = this.#nanOf(a, b);
    if (nan) {
      const number = a.kind !== "nan" ? left : b.kind !== "nan" ? right : this.#nan;
      return { bits: number, flags: nan.flags };
    }
    // Zeros are equal in value; here -0 is the lesser.
    const order = orderOf(a, b) || Number(b.negative) - Number(a.negative);
    return { bits: holds(order) ? left : right, flags: 0 };
  }
}

function rational({ mantissa, exponent }: Dyadic): [n: bigint, d: bigint] {
  return exponent < 0 ? [mantissa, power(-exponent)] : [mantissa << BigInt(exponent), 1n];
}

function scaledTo({ negative, mantissa, exponent }: Dyadic, unit: number): bigint {
  const magnitude = mantissa << BigInt(exponent - unit);
  return negative ? -magnitude : magnitude;
}

function product(a: Dyadic, b: Dyadic): Dyadic {
  return {
    negative: a.negative !== b.negative,
    mantissa: a.mantissa * b.mantissa,
    exponent: a.exponent + b.exponent,
  };
}

/** Sign of a - b; infinities count as beyond every number. */
function orderOf(a: Decoded, b: Decoded): number {
  const rank = (x: Decoded) => (x.kind === "finite" ? 0 : x.negative ? -1 : 1);
  if (rank(a) !== rank(b) || rank(a) !== 0) return rank(a) - rank(b);
  const unit = Math.min(a.exponent, b.exponent);
  const difference = scaledTo(a, unit) - scaledTo(b, unit);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
