import { describe, expect, test } from "vitest";
import { compiler } from "../../../host/compiler.ts";
import { type Callee, ModuleBuilder } from "../../base/wasm/module-builder.ts";
import { i32, type ValueType } from "../../base/wasm/value.ts";
import { FloatOracle, type Outcome } from "./float-oracle.ts";
import {
  classRepresentatives,
  conversionBoundaries,
  integerBoundaries,
  OperandSource,
  tuples,
  type Width,
} from "./operand-source.ts";
import { buildSoftFloat } from "./soft-float.ts";

/** Random cases per operation, each in every rounding mode; FLOAT_CASES=100000 for a long run. */
const randomCases = Number(process.env.FLOAT_CASES ?? 500);
const unrounded = [
  ...["eq", "lt", "le", "ltq", "leq", "min", "max", "minm", "maxm", "classify", "f64ToI32Modular"],
];

type Oracle = (operands: readonly bigint[], mode: number) => Outcome;

interface Operation {
  readonly parameters: readonly ValueType[];
  readonly result: ValueType;
  /** Whether the last parameter is the rounding mode. */
  readonly rounds: boolean;
  readonly operands: Width | "register";
  readonly oracle: Oracle;
}

const module = new ModuleBuilder(1);
const soft = buildSoftFloat(module);
module.function(
  [],
  "i32",
  (f) => {
    const raised = f.let(soft.flags.get());
    f.setGlobal(soft.flags, i32.const(0));
    f.return(raised);
  },
  "takeFlags",
);
const operations = [16, 32, 64].flatMap((width) => operationsOf(width as Width));
operations.push(
  operation("f64ToI32Modular", soft.f64ToI32Modular, 64, new FloatOracle(64).toI32Modular),
);
const memory = compiler.createMemory(65_536);
const exports = compiler.instantiate(module.encode(), {
  memory,
  functions: {},
}) as unknown as Record<string, (...operands: (number | bigint)[]) => number | bigint>;

describe("soft float agrees with exact arithmetic, in result and flags,", () => {
  test.each(operations)("for %s of every class of operands", (name, operation) => {
    const cases = tuples(representatives(operation), arityOf(operation));
    expect(disagreements(name, operation, cases)).toEqual([]);
  });

  test.each(operations)("for %s of random operands", (name, operation) => {
    const source = new OperandSource(
      operation.operands === "register" ? 64 : operation.operands,
      name.length,
    );
    const next = () =>
      operation.operands === "register" ? [source.register()] : source.tuple(arityOf(operation));
    const cases = Array.from({ length: randomCases }, next);
    expect(disagreements(name, operation, cases)).toEqual([]);
  });
});

test("flags accumulate until the caller clears them", () => {
  const one = 0x3ff0_0000_0000_0000n;
  exports.takeFlags?.();
  exports["f64.div"]?.(one, 0n, 0);
  exports["f64.div"]?.(0n, 0n, 0);
  expect(exports.takeFlags?.()).toBe(8 | 16);
  expect(exports.takeFlags?.()).toBe(0);
});

function operationsOf(width: Width): [string, Operation][] {
  const exact = new FloatOracle(width);
  const functions = soft[`f${width}`];
  const oracles: Record<keyof typeof functions, Oracle> = {
    add: exact.add,
    sub: exact.sub,
    mul: exact.mul,
    div: exact.div,
    sqrt: exact.sqrt,
    fma: exact.fma,
    eq: exact.eq,
    lt: exact.lt,
    le: exact.le,
    min: exact.min,
    max: exact.max,
    ltq: exact.ltq,
    leq: exact.leq,
    minm: exact.minm,
    maxm: exact.maxm,
    round: exact.toIntegral,
    roundnx: exact.toIntegralExactly,
    classify: exact.classify,
    toI32: exact.toInteger(32, true),
    toU32: exact.toInteger(32, false),
    toI64: exact.toInteger(64, true),
    toU64: exact.toInteger(64, false),
    fromI32: exact.fromInteger(32, true),
    fromU32: exact.fromInteger(32, false),
    fromI64: exact.fromInteger(64, true),
    fromU64: exact.fromInteger(64, false),
  };
  const named = Object.entries(oracles).map(([name, oracle]): [string, Operation] =>
    operation(`f${width}.${name}`, functions[name as keyof typeof functions], width, oracle),
  );
  const others = ([16, 32, 64] as const).filter((other) => other !== width);
  const conversions = others.map((other) => {
    const name = `f${width}ToF${other}` as "f32ToF64";
    return operation(name, soft[name], width, exact.convertTo(new FloatOracle(other)));
  });
  return [...named, ...conversions];
}

function operation(
  name: string,
  callee: Pick<Callee<readonly ValueType[], ValueType>, "index" | "parameters" | "result">,
  width: Width,
  oracle: Oracle,
): [string, Operation] {
  module.export(name, callee);
  const { parameters, result } = callee;
  const operands = name.includes(".from") ? "register" : width;
  const rounds = !unrounded.includes(name.replace(/^f\d\d\./, ""));
  return [name, { parameters, result, rounds, operands, oracle }];
}

function arityOf({ parameters, rounds }: Operation): number {
  return parameters.length - (rounds ? 1 : 0);
}

function representatives(operation: Operation): bigint[] {
  if (operation.operands === "register") return integerBoundaries();
  const classes = classRepresentatives(operation.operands);
  if (arityOf(operation) === 1) return [...classes, ...conversionBoundaries(operation.operands)];
  // Three operands of all classes would be too many: every third, which is of either sign.
  return arityOf(operation) === 2 ? classes : classes.filter((_, i) => i % 3 === 0);
}

/** The first few cases in which the code and the oracle differ. */
function disagreements(name: string, operation: Operation, cases: readonly bigint[][]): string[] {
  const found: string[] = [];
  for (const operands of cases) {
    for (const mode of operation.rounds ? [0, 1, 2, 3, 4] : [0]) {
      const expected = operation.oracle(operands, mode);
      const actual = run(name, operation, operands, mode);
      if (actual.bits === expected.bits && actual.flags === expected.flags) continue;
      found.push(
        `${name} ${operands.map(hex)} mode ${mode}: ${show(actual)}, not ${show(expected)}`,
      );
      if (found.length === 5) return found;
    }
  }
  return found;
}

function run(name: string, operation: Operation, operands: readonly bigint[], mode: number) {
  const passed = operands.map((bits, i) =>
    operation.parameters[i] === "i32" ? Number(BigInt.asIntN(32, bits)) : bits,
  );
  const result = BigInt(exports[name]?.(...passed, mode) ?? 0);
  const bits = BigInt.asUintN(operation.result === "i32" ? 32 : 64, result);
  return { bits, flags: Number(exports.takeFlags?.()) };
}

const hex = (bits: bigint): string => `0x${bits.toString(16)}`;
const show = ({ bits, flags }: Outcome): string => `${hex(bits)} flags ${flags}`;
