import { describe, expect, test } from "vitest";
import { compiler } from "../../../host/compiler.ts";
import type { FunctionBuilder, Local } from "./function-builder.ts";
import { ModuleBuilder } from "./module-builder.ts";
import { type I32, i32, i64, select } from "./value.ts";

const memory = compiler.createMemory(65_536);
const bytes = new DataView(memory.buffer);

/** Compiles one function of an i32 and calls it. */
function call(
  body: (f: FunctionBuilder, x: Local<"i32">, module: ModuleBuilder) => void,
): (x: number) => number {
  const module = new ModuleBuilder(1);
  module.function(["i32"], "i32", (f, x) => body(f, x, module), "run");
  const { run } = compiler.instantiate(module.encode(), { memory, functions: {} });
  if (!run) throw new Error("nothing is exported");
  return run;
}

describe("switch", () => {
  const cases = (f: FunctionBuilder, sum: Local<"i32">, leaves: readonly number[]) =>
    [1, 10, 100].map((amount, i) => () => {
      sum.set(sum.add(amount));
      if (leaves.includes(i)) f.return(sum);
    });
  const run = (leaves: readonly number[]) =>
    call((f, x) => {
      const sum = f.local("i32");
      f.switch(x, cases(f, sum, leaves), () => sum.set(sum.add(1000)));
      f.return(sum);
    });

  test("a case that does not leave falls into the next, the last into `otherwise`", () => {
    expect([0, 1, 2].map(run([]))).toEqual([1111, 1110, 1100]);
  });
  test("a case that leaves ends there", () => {
    expect([0, 1, 2].map(run([0, 2]))).toEqual([1, 110, 100]);
  });
  test("an index beyond the cases takes `otherwise`", () => {
    expect([3, 99, -1].map(run([0, 1, 2]))).toEqual([1000, 1000, 1000]);
  });
});

describe("control flow", () => {
  test("a loop repeats until it is not branched to", () => {
    const triangle = call((f, n) => {
      const sum = f.local("i32");
      f.loop((again) => {
        f.if(n.eqz(), () => f.return(sum));
        sum.set(sum.add(n));
        n.set(n.sub(1));
        f.branch(again);
      });
    });
    expect(triangle(10)).toBe(55);
  });

  test("branching to a block leaves it, from any depth", () => {
    const run = call((f, x) => {
      f.block((end) => {
        f.block(() => f.if(x.gtS(5), () => f.branch(end)));
        f.return(i32.const(1));
      });
      f.return(i32.const(2));
    });
    expect([5, 6].map(run)).toEqual([1, 2]);
  });

  test("an `if` on a constant keeps one side only", () => {
    const sizeWith = (condition: I32) => {
      const module = new ModuleBuilder(1);
      module.function([], "i32", (f) => {
        f.if(
          condition,
          () => f.return(i32.const(1)),
          () => f.return(i32.const(2)),
        );
      });
      return module.encode().length;
    };
    expect(sizeWith(i32.const(1))).toBeLessThan(sizeWith(i32.load(i32.const(0))));
    expect(call((f) => f.if(i32.const(0), f.unreachable, () => f.return(i32.const(7))))(0)).toBe(7);
  });

  test("a branch on a constant is taken always or not at all", () => {
    const run = call((f) => {
      f.block((end) => {
        f.branchIf(i32.const(0), end);
        f.branchIf(i32.const(1), end);
        f.return(i32.const(1));
      });
      f.return(i32.const(2));
    });
    expect(run(0)).toBe(2);
  });
});

describe("values", () => {
  test("a value is computed where it is used; `let` computes it once", () => {
    const late = call((f, x) => {
      const twice = x.add(x);
      x.set(100);
      f.return(twice);
    });
    const early = call((f, x) => {
      const twice = f.let(x.add(x));
      x.set(100);
      f.return(twice);
    });
    expect([late(1), early(1)]).toEqual([200, 2]);
  });

  test("`tee` sets a local and is its value", () => {
    const run = call((f, x) => {
      const y = f.local("i32");
      f.return(y.tee(x.add(1)).mul(y));
    });
    expect(run(4)).toBe(25);
  });

  test("narrow stores write their bytes only", () => {
    bytes.setBigUint64(64, -1n, true);
    call((f) => {
      f.storeNarrow(i32.const(64), 0, i64.const(0), 1);
      f.storeNarrow(i32.const(64), 2, i32.const(0), 2);
      f.storeNarrow(i32.const(64), 4, i64.const(0x1_2345_6789n), 4);
      f.return(i32.const(0));
    })(0);
    expect(bytes.getBigUint64(64, true)).toBe(0x2345_6789_0000_ff00n);
  });

  test("`fill` fills", () => {
    call((f, n) => {
      f.fill(i32.const(128), i32.const(0xa5), n);
      f.return(n);
    })(3);
    expect(bytes.getUint32(128, true)).toBe(0x00a5_a5a5);
  });

  test("`select` takes the first value where the condition holds", () => {
    const run = call((f, x) => f.return(select(x, i32.const(1), i32.const(2))));
    expect([0, 5].map(run)).toEqual([2, 1]);
  });

  test("a local takes only its own type", () => {
    const wrong = i64.const(1) as unknown as I32;
    expect(() => call((_, x) => x.set(wrong))).toThrow("i64 set to a i32 local");
  });
});

describe("modules", () => {
  test("functions call each other, themselves and imports; globals keep a second result", () => {
    const module = new ModuleBuilder(1);
    const seen: number[] = [];
    const report = module.import("report", ["i32"], undefined);
    const half = module.import("half", ["i32"], "i32");
    const steps = module.global("i32");
    const even = module.declare(["i32"], "i32");
    const odd = module.declare(["i32"], "i32");
    module.define(even, (f, n) => {
      f.setGlobal(steps, steps.get().add(1));
      f.if(n.eqz(), () => f.return(i32.const(1)));
      f.return(odd.call(n.sub(1)));
    });
    module.define(odd, (f, n) => {
      f.if(n.eqz(), () => f.return(i32.const(0)));
      f.return(even.call(n.sub(1)));
    });
    module.function(
      ["i32"],
      "i32",
      (f, n) => {
        const answer = f.let(even.call(half.call(n)));
        f.do(report.call(steps.get()));
        f.do(half.call(n), true);
        f.return(answer);
      },
      "run",
    );
    const functions = { report: (n: number) => void seen.push(n), half: (n: number) => n / 2 };
    const exports = compiler.instantiate(module.encode(), { memory, functions });
    expect(exports.run?.(12)).toBe(1);
    expect(exports.run?.(10)).toBe(0);
    expect(seen).toEqual([4, 7]);
  });

  test("a function without a body, with two bodies or before an import is refused", () => {
    const empty = new ModuleBuilder(1);
    const nobody = empty.declare([], undefined);
    expect(() => empty.encode()).toThrow("a declared function has no body");
    empty.define(nobody, () => {});
    expect(() => empty.define(nobody, () => {})).toThrow("a function is defined once");
    expect(() => empty.import("late", [], undefined)).toThrow("imports come before functions");
  });

  test("a call with an operand missing or of another type is refused", () => {
    const module = new ModuleBuilder(1);
    const callee = module.declare(["i32"], "i32");
    const call = callee.call as unknown as (...operands: unknown[]) => I32;
    const caller = (...operands: unknown[]) =>
      module.function([], "i32", (f) => f.return(call(...operands)));
    expect(() => caller()).toThrow("an operand is missing");
    expect(() => caller(i64.const(1))).toThrow("operand 0 is i64, not i32");
  });

  test("the same bytes come from the same definitions", () => {
    const build = () => {
      const module = new ModuleBuilder(3);
      module.function(["i64"], "i64", (f, x) => f.return(x.add(1)), "next");
      return module.encode();
    };
    expect(build()).toEqual(build());
  });
});
