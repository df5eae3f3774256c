/**
 * Typed WebAssembly expressions with constant folding.
 *
 * A `Value` is a tree: it emits its instructions where it is *used*, so a value that reads a local
 * sees the local as it is at that point, and a value that is used twice is computed twice: bind it
 * with `FunctionBuilder.let` to compute it once.
 *
 *     const index = address.shrU(12).and(255);   // folds when `address` is a constant
 *
 * Plain numbers and bigints are taken as constants of the other operand's type.
 */
import type { ByteWriter } from "./byte-writer.ts";

export type IntegerType = "i32" | "i64";
export type FloatType = "f32" | "f64";
export type ValueType = IntegerType | FloatType;

/** Something that can stand as an operand of a `Value<T>`. */
export type Operand<T extends ValueType> = Value<T> | number | bigint;

export type I32 = Value<"i32">;
export type I64 = Value<"i64">;
export type F32 = Value<"f32">;
export type F64 = Value<"f64">;

type Emit = (code: ByteWriter) => void;

/** Opcodes of a type's operators in the order of the specification's tables (§5.4.7). */
const firstComparison = { i32: 0x46, i64: 0x51, f32: 0x5b, f64: 0x61 } as const;
const firstArithmetic = { i32: 0x67, i64: 0x79, f32: 0x8b, f64: 0x99 } as const;

const comparisons = ["eq", "ne", "ltS", "ltU", "gtS", "gtU", "leS", "leU", "geS", "geU"] as const;
const floatComparisons = ["eq", "ne", "lt", "gt", "le", "ge"] as const;
const integerOperators = [
  ...["clz", "ctz", "popcnt", "add", "sub", "mul", "divS", "divU", "remS", "remU"],
  ...["and", "or", "xor", "shl", "shrS", "shrU", "rotl", "rotr"],
];
const floatOperators = [
  ...["abs", "neg", "ceil", "floor", "trunc", "nearest", "sqrt"],
  ...["add", "sub", "mul", "div", "min", "max", "copysign"],
];

type Comparison = (typeof comparisons)[number];

export class Value<T extends ValueType> {
  readonly type: T;
  readonly emit: Emit;
  /** The value where it is known now; i32 and i64 are kept sign-extended. */
  readonly constant: bigint | undefined;

  constructor(type: T, emit: Emit, constant?: bigint) {
    this.type = type;
    this.emit = emit;
    this.constant = constant;
  }

  static constantOf<T extends ValueType>(type: T, value: number | bigint): Value<T> {
    if (type === "f32" || type === "f64") throw new TypeError("constants are integers");
    return integerConstant(type as IntegerType, value) as unknown as Value<T>;
  }

  add(other: Operand<T>): Value<T> {
    const right = this.#operand(other);
    if (right.constant === 0n) return this;
    if (this.constant === 0n) return right;
    return this.#arithmetic("add", right, (a, b) => a + b);
  }
  sub(other: Operand<T>): Value<T> {
    const right = this.#operand(other);
    return right.constant === 0n ? this : this.#arithmetic("sub", right, (a, b) => a - b);
  }
  mul(other: Operand<T>): Value<T> {
    return this.#arithmetic("mul", this.#operand(other), (a, b) => a * b);
  }
  divS(other: Operand<T>): Value<T> {
    return this.#arithmetic("divS", this.#operand(other));
  }
  divU(other: Operand<T>): Value<T> {
    return this.#arithmetic("divU", this.#operand(other));
  }
  remS(other: Operand<T>): Value<T> {
    return this.#arithmetic("remS", this.#operand(other));
  }
  remU(other: Operand<T>): Value<T> {
    return this.#arithmetic("remU", this.#operand(other));
  }
  and(other: Operand<T>): Value<T> {
    const right = this.#operand(other);
    if (right.constant === -1n) return this;
    return this.#arithmetic("and", right, (a, b) => a & b);
  }
  or(other: Operand<T>): Value<T> {
    const right = this.#operand(other);
    if (right.constant === 0n) return this;
    return this.#arithmetic("or", right, (a, b) => a | b);
  }
  xor(other: Operand<T>): Value<T> {
    const right = this.#operand(other);
    if (right.constant === 0n) return this;
    return this.#arithmetic("xor", right, (a, b) => a ^ b);
  }
  shl(other: Operand<T>): Value<T> {
    return this.#shift("shl", other, (a, n) => a << n);
  }
  shrS(other: Operand<T>): Value<T> {
    return this.#shift("shrS", other, (a, n) => a >> n);
  }
  shrU(other: Operand<T>): Value<T> {
    return this.#shift("shrU", other, (a, n) => BigInt.asUintN(this.#bits(), a) >> n);
  }
  rotl(other: Operand<T>): Value<T> {
    return this.#arithmetic("rotl", this.#operand(other));
  }
  rotr(other: Operand<T>): Value<T> {
    return this.#arithmetic("rotr", this.#operand(other));
  }
  clz(): Value<T> {
    return this.#unary("clz");
  }
  ctz(): Value<T> {
    return this.#unary("ctz");
  }
  popcnt(): Value<T> {
    return this.#unary("popcnt");
  }
  not(): Value<T> {
    return this.xor(-1);
  }
  /** Two's-complement negation, or the sign flip of a float. */
  neg(): Value<T> {
    if (this.type === "f32" || this.type === "f64") return this.#unary("neg");
    return integerConstant(this.type as IntegerType, 0n).sub(this as never) as unknown as Value<T>;
  }

  eqz(): I32 {
    if (this.constant !== undefined) return i32.const(this.constant === 0n ? 1 : 0);
    const opcode = this.type === "i32" ? 0x45 : 0x50;
    return new Value("i32", (code) => {
      this.emit(code);
      code.byte(opcode);
    });
  }
  eq(other: Operand<T>): I32 {
    const right = this.#operand(other);
    if (right.constant === 0n && (this.type === "i32" || this.type === "i64")) return this.eqz();
    return this.#compare("eq", right, (a, b) => a === b);
  }
  ne(other: Operand<T>): I32 {
    return this.#compare("ne", this.#operand(other), (a, b) => a !== b);
  }
  ltS(other: Operand<T>): I32 {
    return this.#compare("ltS", this.#operand(other), (a, b) => a < b);
  }
  ltU(other: Operand<T>): I32 {
    return this.#compareUnsigned("ltU", other, (a, b) => a < b);
  }
  gtS(other: Operand<T>): I32 {
    return this.#compare("gtS", this.#operand(other), (a, b) => a > b);
  }
  gtU(other: Operand<T>): I32 {
    return this.#compareUnsigned("gtU", other, (a, b) => a > b);
  }
  leS(other: Operand<T>): I32 {
    return this.#compare("leS", this.#operand(other), (a, b) => a <= b);
  }
  leU(other: Operand<T>): I32 {
    return this.#compareUnsigned("leU", other, (a, b) => a <= b);
  }
  geS(other: Operand<T>): I32 {
    return this.#compare("geS", this.#operand(other), (a, b) => a >= b);
  }
  geU(other: Operand<T>): I32 {
    return this.#compareUnsigned("geU", other, (a, b) => a >= b);
  }

  /** Float comparisons; false when either operand is NaN. */
  lt(other: Value<T>): I32 {
    return this.#floatCompare("lt", other);
  }
  le(other: Value<T>): I32 {
    return this.#floatCompare("le", other);
  }
  gt(other: Value<T>): I32 {
    return this.#floatCompare("gt", other);
  }
  ge(other: Value<T>): I32 {
    return this.#floatCompare("ge", other);
  }
  div(other: Value<T>): Value<T> {
    return this.#arithmetic("div", other);
  }
  /** Float minimum: NaN where an operand is, and -0 below +0. */
  min(other: Value<T>): Value<T> {
    return this.#arithmetic("min", other);
  }
  max(other: Value<T>): Value<T> {
    return this.#arithmetic("max", other);
  }
  sqrt(): Value<T> {
    return this.#unary("sqrt");
  }
  abs(): Value<T> {
    return this.#unary("abs");
  }

  /** i64 → i32, the low half. */
  wrap(): I32 {
    if (this.constant !== undefined) return i32.const(this.constant);
    return this.convert("i32", 0xa7);
  }
  /** i32 → i64 with the sign. */
  extendS(): I64 {
    if (this.constant !== undefined) return i64.const(this.constant);
    return this.convert("i64", 0xac);
  }
  /** i32 → i64 with zeros. */
  extendU(): I64 {
    if (this.constant !== undefined) return i64.const(BigInt.asUintN(32, this.constant));
    return this.convert("i64", 0xad);
  }
  /** Sign-extends the low 8 bits within the type. */
  extend8S(): Value<T> {
    return this.#signExtend(8, 0xc0, 0xc2);
  }
  extend16S(): Value<T> {
    return this.#signExtend(16, 0xc1, 0xc3);
  }
  /** Sign-extends the low 32 bits of an i64. */
  extend32S(): Value<T> {
    return this.#signExtend(32, 0xc4, 0xc4);
  }

  /** One conversion instruction by its opcode (§5.4.7); the named ones cover most needs. */
  convert<R extends ValueType>(type: R, opcode: number): Value<R> {
    return new Value(type, (code) => {
      this.emit(code);
      code.byte(opcode);
    });
  }
  reinterpretF64(): F64 {
    return this.convert("f64", 0xbf);
  }
  reinterpretF32(): F32 {
    return this.convert("f32", 0xbe);
  }
  /** f32 → i32 or f64 → i64, bit for bit. */
  reinterpretInteger(): Value<IntegerType> {
    return this.type === "f32" ? this.convert("i32", 0xbc) : this.convert("i64", 0xbd);
  }

  #bits(): number {
    return this.type === "i32" ? 32 : 64;
  }

  #operand(other: Operand<T>): Value<T> {
    if (other instanceof Value) return other;
    return Value.constantOf(this.type, other);
  }

  #unary(name: string): Value<T> {
    return new Value(this.type, (code) => {
      this.emit(code);
      code.byte(operatorOpcode(this.type, name));
    });
  }

  #arithmetic(name: string, right: Value<T>, fold?: (a: bigint, b: bigint) => bigint): Value<T> {
    if (fold && this.constant !== undefined && right.constant !== undefined) {
      const folded = fold(this.constant, right.constant);
      return integerConstant(this.type as IntegerType, folded) as unknown as Value<T>;
    }
    return this.#binary(this.type, operatorOpcode(this.type, name), right);
  }

  #shift(name: string, other: Operand<T>, fold: (a: bigint, n: bigint) => bigint): Value<T> {
    const right = this.#operand(other);
    if (right.constant === 0n) return this;
    return this.#arithmetic(name, right, (a, n) => fold(a, n & BigInt(this.#bits() - 1)));
  }

  #compare(name: Comparison, right: Value<T>, fold: (a: bigint, b: bigint) => boolean): I32 {
    if (this.type === "f32" || this.type === "f64") {
      return this.#floatCompare(name as "eq" | "ne", right);
    }
    if (this.constant !== undefined && right.constant !== undefined) {
      return i32.const(fold(this.constant, right.constant) ? 1 : 0);
    }
    return this.#binary("i32", firstComparison[this.type] + comparisons.indexOf(name), right);
  }

  #compareUnsigned(
    name: Comparison,
    other: Operand<T>,
    fold: (a: bigint, b: bigint) => boolean,
  ): I32 {
    const unsigned = (n: bigint) => BigInt.asUintN(this.#bits(), n);
    return this.#compare(name, this.#operand(other), (a, b) => fold(unsigned(a), unsigned(b)));
  }

  #floatCompare(name: (typeof floatComparisons)[number], right: Value<T>): I32 {
    return this.#binary("i32", firstComparison[this.type] + floatComparisons.indexOf(name), right);
  }

  #binary<R extends ValueType>(type: R, opcode: number, right: Value<T>): Value<R> {
    if (right.type !== this.type)
      throw new TypeError(`operands differ: ${this.type}, ${right.type}`);
    return new Value(type, (code) => {
      this.emit(code);
      right.emit(code);
      code.byte(opcode);
    });
  }

  #signExtend(bits: number, opcode32: number, opcode64: number): Value<T> {
    if (this.constant !== undefined) {
      const folded = BigInt.asIntN(bits, this.constant);
      return integerConstant(this.type as IntegerType, folded) as unknown as Value<T>;
    }
    return this.convert(this.type, this.type === "i32" ? opcode32 : opcode64);
  }
}

const integerOperatorIndex = new Map(integerOperators.map((name, i) => [name, i]));
const floatOperatorIndex = new Map(floatOperators.map((name, i) => [name, i]));

function operatorOpcode(type: ValueType, name: string): number {
  const indices = type === "i32" || type === "i64" ? integerOperatorIndex : floatOperatorIndex;
  const index = indices.get(name);
  if (index === undefined) throw new TypeError(`${type} has no operator ${name}`);
  return firstArithmetic[type] + index;
}

/** Nearly all constants are among these, which are made once: from `-smallest` on. */
const smallest = 2048;
const small: Record<IntegerType, Value<IntegerType>[]> = { i32: [], i64: [] };

function integerConstant<T extends IntegerType>(type: T, value: number | bigint): Value<T> {
  if (typeof value === "bigint" || value < -smallest || value > smallest) {
    return makeConstant(type, BigInt(value));
  }
  const known = small[type][value + smallest] ?? makeConstant(type, BigInt(value));
  small[type][value + smallest] = known;
  return known as Value<T>;
}

function makeConstant<T extends IntegerType>(type: T, value: bigint): Value<T> {
  if (type === "i32") {
    const folded = BigInt.asIntN(32, value);
    const emit = (code: ByteWriter) => {
      code.byte(0x41);
      code.signed32(Number(folded));
    };
    return new Value(type, emit, folded);
  }
  const folded = BigInt.asIntN(64, value);
  const emit = (code: ByteWriter) => {
    code.byte(0x42);
    code.signed64(folded);
  };
  return new Value(type, emit, folded);
}

/** `log2` of the natural alignment is always stated as 0: guest addresses promise nothing. */
function load<T extends ValueType>(type: T, opcode: number) {
  return (address: I32, offset = 0): Value<T> =>
    new Value(type, (code) => {
      address.emit(code);
      code.byte(opcode);
      code.unsigned(0);
      code.unsigned(offset);
    });
}

export const i32 = {
  const: (value: number | bigint): I32 => integerConstant("i32", value),
  load: load("i32", 0x28),
  load8S: load("i32", 0x2c),
  load8U: load("i32", 0x2d),
  load16S: load("i32", 0x2e),
  load16U: load("i32", 0x2f),
};

export const i64 = {
  const: (value: number | bigint): I64 => integerConstant("i64", value),
  load: load("i64", 0x29),
  load8S: load("i64", 0x30),
  load8U: load("i64", 0x31),
  load16S: load("i64", 0x32),
  load16U: load("i64", 0x33),
  load32S: load("i64", 0x34),
  load32U: load("i64", 0x35),
};

export const f32 = { load: load("f32", 0x2a) };
export const f64 = { load: load("f64", 0x2b) };

/** `condition ? whenTrue : whenFalse`; both sides are evaluated. */
export function select<T extends ValueType>(
  condition: I32,
  whenTrue: Value<T>,
  whenFalse: Value<T>,
): Value<T> {
  if (condition.constant !== undefined) return condition.constant !== 0n ? whenTrue : whenFalse;
  return new Value(whenTrue.type, (code) => {
    whenTrue.emit(code);
    whenFalse.emit(code);
    condition.emit(code);
    code.byte(0x1b);
  });
}
