import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compiler } from "../../../host/compiler.ts";
import { ByteWriter } from "./byte-writer.ts";
import { ModuleBuilder } from "./module-builder.ts";
import { type I32, type I64, i32, i64, select, Value } from "./value.ts";

type Operator = (a: I64, b: I64) => I64 | I32;

/** Everything that may fold. Division is left to run time: it can trap. */
const operators: Record<string, Operator> = {
  add: (a, b) => a.add(b),
  sub: (a, b) => a.sub(b),
  mul: (a, b) => a.mul(b),
  and: (a, b) => a.and(b),
  or: (a, b) => a.or(b),
  xor: (a, b) => a.xor(b),
  shl: (a, b) => a.shl(b),
  shrS: (a, b) => a.shrS(b),
  shrU: (a, b) => a.shrU(b),
  not: (a) => a.not(),
  neg: (a) => a.neg(),
  eq: (a, b) => a.eq(b),
  ne: (a, b) => a.ne(b),
  ltS: (a, b) => a.ltS(b),
  ltU: (a, b) => a.ltU(b),
  gtS: (a, b) => a.gtS(b),
  gtU: (a, b) => a.gtU(b),
  leS: (a, b) => a.leS(b),
  leU: (a, b) => a.leU(b),
  geS: (a, b) => a.geS(b),
  geU: (a, b) => a.geU(b),
  eqz: (a) => a.eqz(),
  extend8S: (a) => a.extend8S(),
  extend16S: (a) => a.extend16S(),
  extend32S: (a) => a.extend32S(),
  wrap: (a) => a.wrap(),
  "wrapped ltU": (a, b) => a.wrap().ltU(b.wrap()),
  "wrapped shrU": (a, b) => a.wrap().shrU(b.wrap()),
  "wrapped shrS": (a, b) => a.wrap().shrS(b.wrap()),
  "wrapped, then extended with zeros": (a) => a.wrap().extendU(),
  "wrapped, then extended with the sign": (a) => a.wrap().extendS(),
  select: (a, b) => select(a.ltS(b), a, b),
};

type Exports = Record<string, (...operands: bigint[]) => bigint | number>;

function instantiate(define: (module: ModuleBuilder) => void): Exports {
  const module = new ModuleBuilder(1);
  define(module);
  const memory = compiler.createMemory(65_536);
  const exports = compiler.instantiate(module.encode(), { memory, functions: {} });
  return exports as unknown as Exports;
}

const atRunTime = instantiate((module) => {
  for (const [name, operator] of Object.entries(operators)) {
    const result = operator(i64.const(0), i64.const(0)).type;
    const body = module.declare(["i64", "i64"], result);
    module.define(body, (f, a, b) => f.return(operator(a, b)));
    module.export(name, body);
  }
});

const edges = [0n, 1n, -1n, 2n, 63n, 64n, 2n ** 31n, 2n ** 32n, -(2n ** 31n), -(2n ** 63n)];
const operand = fc.oneof(
  fc.constantFrom(...edges),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);

describe("an expression of constants folds to what the machine computes", () => {
  test.each(Object.entries(operators))("for %s", (name, operator) => {
    fc.assert(
      fc.property(operand, operand, (a, b) => {
        const folded = operator(i64.const(a), i64.const(b)).constant;
        expect(folded).toBe(BigInt(atRunTime[name]?.(a, b) ?? 0));
      }),
    );
  });
});

test("an expression with one constant operand gives what it would with a variable", () => {
  const constants = [0n, 1n, -1n, 31n, 64n, 2n ** 63n - 1n];
  const names = Object.keys(operators);
  const mixed = instantiate((module) => {
    for (const [name, operator] of Object.entries(operators)) {
      constants.forEach((constant, i) => {
        const result = operator(i64.const(0), i64.const(0)).type;
        for (const side of ["left", "right"]) {
          const body = module.declare(["i64"], result);
          module.define(body, (f, x) => {
            const known = i64.const(constant);
            f.return(side === "left" ? operator(known, x) : operator(x, known));
          });
          module.export(`${name} ${side} ${i}`, body);
        }
      });
    }
  });
  fc.assert(
    fc.property(operand, fc.nat(constants.length - 1), fc.constantFrom(...names), (x, i, name) => {
      const constant = constants[i] as bigint;
      expect(mixed[`${name} left ${i}`]?.(x)).toBe(atRunTime[name]?.(constant, x));
      expect(mixed[`${name} right ${i}`]?.(x)).toBe(atRunTime[name]?.(x, constant));
    }),
  );
});

test("a constant is kept as a sign-extended number of its type", () => {
  expect(i32.const(0xffff_ffff).constant).toBe(-1n);
  expect(i64.const(0xffff_ffff).constant).toBe(0xffff_ffffn);
  expect(i64.const(2n ** 63n).constant).toBe(-(2n ** 63n));
});

test("a variable plus nothing is the variable itself", () => {
  const x = new Value("i64", () => {});
  expect(x.add(0)).toBe(x);
  expect(i64.const(0).add(x)).toBe(x);
  expect(x.or(0)).toBe(x);
  expect(x.and(-1)).toBe(x);
  expect(x.shl(0)).toBe(x);
});

test("operands of different types are refused where the expression is built", () => {
  const wide = new Value("i64", () => {}) as unknown as I32;
  expect(() => new Value("i32", () => {}).add(wide)).toThrow(TypeError);
});

test("an operator that a type lacks is refused when it is emitted", () => {
  const single = new Value("f32", () => {});
  expect(() => single.popcnt().emit(new ByteWriter())).toThrow("f32 has no operator popcnt");
});
