import { expect, test } from "vitest";
import { compiler } from "../../../host/compiler.ts";
import type { FunctionBuilder } from "../../base/wasm/function-builder.ts";
import { ModuleBuilder } from "../../base/wasm/module-builder.ts";
import { type F32, type F64, type I32, type I64, i32, i64 } from "../../base/wasm/value.ts";
import {
  type IntegerName,
  isAboveSmallest,
  isExactInteger,
  isFiniteResult,
  isInRange,
  isIntegral,
  isNarrowed,
  isNumber,
  isZeroProduct,
  isZeroQuotient,
} from "./fast-float.ts";
import { fusedDouble, fusedSingle } from "./fast-fused.ts";
import { FloatOracle, type Outcome } from "./float-oracle.ts";
import { binary32, binary64 } from "./format.ts";
import {
  classRepresentatives,
  conversionBoundaries,
  integerBoundaries,
  OperandSource,
  patternOf,
  tuples,
} from "./operand-source.ts";

/** Formats that the host has. */
type Width = 32 | 64;

/** Random cases per operation; FLOAT_CASES=100000 for a long run. */
const randomCases = Number(process.env.FLOAT_CASES ?? 2000);

interface FastOperation {
  readonly operands: Width | "register";
  readonly arity: 1 | 2 | 3;
  readonly oracle: (operands: readonly bigint[], mode: number) => Outcome;
  /** Stands in any mode and with NX clear too. */
  readonly exact?: true;
  /** Stands with NX clear too. */
  readonly flagless?: true;
  build(f: FunctionBuilder, patterns: readonly I64[]): { result: I64; stands: I32 };
}

const formats = { 32: binary32, 64: binary64 };
const oracles = { 32: new FloatOracle(32), 64: new FloatOracle(64) };
const integerNames: readonly IntegerName[] = ["w", "wu", "l", "lu"];
const operations: Record<string, FastOperation> = {};

/** The format's native number; typed as f64, for whose operators f32 has the same names. */
const native = (width: Width, pattern: I64): F64 =>
  width === 64 ? pattern.reinterpretF64() : (pattern.wrap().reinterpretF32() as unknown as F64);
const patternFrom = (value: F64 | F32): I64 =>
  value.type === "f64" ? value.convert("i64", 0xbd) : value.convert("i32", 0xbc).extendU();

for (const width of [32, 64] as const) {
  const format = formats[width];
  const oracle = oracles[width];
  const binary = (
    name: "add" | "sub" | "mul" | "div",
    standing: (result: I64, a: I64, b: I64) => I32,
  ) => {
    operations[`f${width}.${name}`] = {
      operands: width,
      arity: 2,
      oracle: oracle[name],
      build: (f, [a = i64.const(0), b = i64.const(0)]) => {
        const result = f.let(patternFrom(native(width, a)[name](native(width, b))));
        return { result, stands: standing(result, a, b) };
      },
    };
  };
  binary("add", (result) => isFiniteResult(format, result));
  binary("sub", (result) => isFiniteResult(format, result));
  binary("mul", (result, a, b) =>
    isAboveSmallest(format, result).or(isZeroProduct(format, result, a, b)),
  );
  binary("div", (result, a, b) =>
    isAboveSmallest(format, result).or(isZeroQuotient(format, result, a, b)),
  );
  operations[`f${width}.sqrt`] = {
    operands: width,
    arity: 1,
    oracle: oracle.sqrt,
    build: (f, [a = i64.const(0)]) => {
      const result = f.let(patternFrom(native(width, a).sqrt()));
      return { result, stands: isFiniteResult(format, result) };
    },
  };
  operations[`f${width}.lt`] = {
    operands: width,
    arity: 2,
    oracle: oracle.lt,
    exact: true,
    build: (_, [a = i64.const(0), b = i64.const(0)]) => {
      const [x, y] = [native(width, a), native(width, b)];
      return { result: x.lt(y).extendU(), stands: isNumber(x).and(isNumber(y)) };
    },
  };
  const fused =
    (mayRound: boolean): FastOperation["build"] =>
    (f, patterns) => {
      const stands = f.let(i32.const(1));
      const conditions = {
        mayRound: i32.const(mayRound ? 1 : 0),
        need: (condition: I32) => stands.set(stands.and(condition)),
      };
      const operands = patterns.map((pattern) => f.let(native(width, pattern))) as unknown;
      const result =
        width === 64
          ? fusedDouble(f, operands as [F64, F64, F64], conditions)
          : fusedSingle(f, operands as [F32, F32, F32], conditions);
      return { result: patternFrom(result), stands };
    };
  operations[`f${width}.fma`] = {
    operands: width,
    arity: 3,
    oracle: oracle.fma,
    build: fused(true),
  };
  operations[`f${width}.fma of integers`] = {
    operands: width,
    arity: 3,
    oracle: oracle.fma,
    flagless: true,
    build: fused(false),
  };
  for (const name of integerNames) toAndFromInteger(width, name);
}
operations.f64ToF32 = {
  operands: 64,
  arity: 1,
  oracle: oracles[64].convertTo(oracles[32]),
  build: (f, [a = i64.const(0)]) => {
    const result = f.let(patternFrom(a.reinterpretF64().convert("f32", 0xb6)));
    return { result, stands: isNarrowed(result, a) };
  },
};
operations.f32ToF64 = {
  operands: 32,
  arity: 1,
  exact: true,
  oracle: oracles[32].convertTo(oracles[64]),
  build: (_, [a = i64.const(0)]) => ({
    result: patternFrom(native(32, a).convert("f64", 0xbb)),
    stands: isNumber(native(32, a)),
  }),
};

function toAndFromInteger(width: Width, name: IntegerName): void {
  const format = formats[width];
  const bits = name.startsWith("w") ? 32 : 64;
  const signed = !name.endsWith("u");
  const oracle = oracles[width].toInteger(bits, signed);
  // i64.trunc_f32_s is the first of four: by format, then by sign.
  const truncate = (width === 32 ? 0xae : 0xb0) + (name === "lu" ? 1 : 0);
  const build =
    (onlyIntegral: boolean): FastOperation["build"] =>
    (f, [a = i64.const(0)]) => {
      const value = native(width, a);
      const inRange = isInRange(format, a, name);
      const stands = f.let(onlyIntegral ? inRange.and(isIntegral(value)) : inRange);
      const result = f.local("i64");
      f.if(stands, () => result.set(value.convert("i64", truncate)));
      return { result: name === "wu" ? result.extend32S() : result, stands };
    };
  operations[`f${width}.to.${name} by truncation`] = {
    operands: width,
    arity: 1,
    oracle: (operands) => oracle(operands, 1),
    build: build(false),
  };
  operations[`f${width}.to.${name} of integers`] = {
    operands: width,
    arity: 1,
    exact: true,
    oracle,
    build: build(true),
  };
  if (bits === 64 && signed) {
    operations[`f${width}.from.${name} of few bits`] = {
      operands: "register",
      arity: 1,
      exact: true,
      oracle: oracles[width].fromInteger(64, true),
      build: (_, [a = i64.const(0)]) => ({
        result: patternFrom(width === 32 ? a.convert("f32", 0xb4) : a.convert("f64", 0xb9)),
        stands: isExactInteger(format, a),
      }),
    };
  }
}

const module = new ModuleBuilder(1);
for (const [name, { arity, build }] of Object.entries(operations)) {
  const parameters = Array.from({ length: arity }, () => "i64" as const);
  module.function(parameters, "i64", (f, ...patterns) => f.return(build(f, patterns).result), name);
  module.function(
    parameters,
    "i32",
    (f, ...patterns) => f.return(build(f, patterns).stands),
    `${name} stands`,
  );
}
const memory = compiler.createMemory(65_536);
const exports = compiler.instantiate(module.encode(), {
  memory,
  functions: {},
}) as unknown as Record<string, (...operands: bigint[]) => number | bigint>;

test.each(Object.entries(operations))(
  "the fast path of %s is right where it stands",
  (name, operation) => {
    const { operands, arity, exact = false, flagless = exact } = operation;
    const found: string[] = [];
    for (const tuple of casesOf(name, operands, arity)) {
      if (!exports[`${name} stands`]?.(...tuple)) continue;
      const actual = BigInt.asUintN(64, BigInt(exports[name]?.(...tuple) ?? 0));
      for (const mode of exact ? [0, 1, 2, 3, 4] : [0]) {
        const { bits, flags } = operation.oracle(tuple, mode);
        if (actual === bits && (flags & (flagless ? 31 : 30)) === 0) continue;
        found.push(`${tuple.map(hex)}: ${hex(actual)}, not ${hex(bits)} flags ${flags}`);
      }
    }
    expect(found.slice(0, 5)).toEqual([]);
  },
);

test.each(Object.keys(operations))("the fast path of %s takes ordinary numbers", (name) => {
  const { operands = 64, arity = 1 } = operations[name] ?? {};
  const values = name.includes("of integers") ? [3, 4, 5] : [3.1, 4.7, -1.3];
  const tuple = values
    .slice(0, arity)
    .map((value) => (operands === "register" ? 12345n : patternOf(value, operands)));
  expect(exports[`${name} stands`]?.(...tuple)).toBe(1);
});

function casesOf(name: string, operands: Width | "register", arity: number): bigint[][] {
  const source = new OperandSource(operands === 32 ? 32 : 64, name.length);
  const next = () => (operands === "register" ? [source.register()] : source.tuple(arity));
  const random = Array.from({ length: randomCases }, next);
  if (operands === "register") return [...tuples(integerBoundaries(), 1), ...random];
  const classes = classRepresentatives(operands);
  const boundaries = arity === 1 ? tuples(conversionBoundaries(operands), 1) : [];
  const few = arity === 3 ? classes.filter((_, i) => i % 3 === 0) : classes;
  return [...tuples(few, arity), ...boundaries, ...random];
}

const hex = (bits: bigint): string => `0x${bits.toString(16)}`;
