/**
 * Whatever fails in the making of a region costs that region. Each failure is brought about where the
 * translator meets what is not its own: records, function table, compiler, the service that writes.
 */
import { describe, expect, test } from "vitest";
import type { Line } from "../../../tests/support/assembler.ts";
import { BareHart, ramBase } from "../../../tests/support/bare-hart.ts";
import { eagerHeat } from "../../../tests/support/eager-heat.ts";
import { loopsInARow } from "../../../tests/support/loops-in-a-row.ts";
import { compiler } from "../../host/compiler.ts";
import type { WasmTable } from "../base/wasm-compiler.ts";
import type { CodeRecords } from "./region-store.ts";
import type { AnsweredRegion, TranslationService } from "./translation.ts";
import type { TranslationProblem } from "./translation-problem.ts";

/** No region is made of two. */
const heat = { ...eagerHeat, joinArrivals: 0x7fff_ffff };
const steps = 30_000;

const loops = (count: number) => loopsInARow(count, 30);

function stateOf(h: BareHart, lines: readonly Line[] = loops(8)) {
  h.load(lines);
  h.pc = BigInt(ramBase);
  for (let done = 0; done < steps; done += 777) h.run(Math.min(777, steps - done));
  return h.hart.architecturalState();
}

const interpreted = stateOf(new BareHart(2 ** 20));

/** Runs the loops where something fails. */
function runWith(faults: ConstructorParameters<typeof BareHart>[1]) {
  const problems: TranslationProblem[] = [];
  const onProblem = (problem: TranslationProblem) => problems.push(problem);
  const h = new BareHart(2 ** 20, { heat, onProblem, ...faults });
  const state = stateOf(h);
  return { h, state, problems, statistics: h.translator?.statistics };
}

/** Throws at some of the calls. */
function failing<A extends unknown[], R>(
  call: (...operands: A) => R,
  fails: (call: number) => boolean,
  error: () => Error,
): (...operands: A) => R {
  let calls = 0;
  return (...operands) => {
    if (fails(calls++)) throw error();
    return call(...operands);
  };
}

const tooDeep = () => new RangeError("Maximum call stack size exceeded");
const bug = () => new TypeError("Cannot read properties of undefined (reading 'offset')");

/** Records of which a function throws. */
function records(name: "isDecoded" | "setEntry" | "mark", fails: (call: number) => boolean) {
  return (own: CodeRecords): CodeRecords =>
    new Proxy(own, {
      get(target, property: keyof CodeRecords) {
        const call = target[property].bind(target) as (...operands: number[]) => never;
        return property === name ? broken(call) : call;
      },
    });
  function broken(call: (...operands: number[]) => never) {
    made ??= failing(call, fails, name === "isDecoded" ? tooDeep : bug);
    return made;
  }
}
let made: ((...operands: number[]) => never) | undefined;

const table =
  (fails: (call: number) => boolean) =>
  (own: WasmTable): WasmTable => ({
    set: failing(own.set.bind(own), fails, () => new RangeError("out of memory")),
  });

const everyThird = (call: number) => call % 3 === 0;
const always = () => true;

describe("what is thrown where a region", () => {
  test.each([
    ["is found, now and then", everyThird],
    ["is found, each time", always],
  ])("%s, ends no run, and is tried once for each place", (_, fails) => {
    made = undefined;
    const { state, problems, statistics } = runWith({ records: records("isDecoded", fails) });
    expect(state).toEqual(interpreted);
    expect(statistics?.failed).toBeGreaterThan(0);
    const places = problems.map(({ address }) => address);
    expect(new Set(places).size).toBe(places.length);
    expect(problems[0]?.problem).toBe("RangeError: Maximum call stack size exceeded");
    expect(places.every((place) => place >= BigInt(ramBase))).toBe(true);
  });

  test("is looked for in its marks, each time, ends no run", () => {
    made = undefined;
    const { state, statistics } = runWith({ records: records("mark", always) });
    expect(state).toEqual(interpreted);
    expect(statistics).toMatchObject({ regions: 0 });
    expect(statistics?.failed).toBeGreaterThan(0);
  });

  test("is put in place leaves nothing of it behind", () => {
    made = undefined;
    const { h, state, statistics } = runWith({ records: records("setEntry", everyThird) });
    expect(state).toEqual(interpreted);
    expect(statistics?.failed).toBeGreaterThan(0);
    expect(statistics?.regions).toBeGreaterThan(0);
    expect(h.translator?.inUse.regions).toBe(
      Number(statistics?.regions) - Number(statistics?.dropped),
    );
  });

  test("is put into the function table, of which the host says that it is full, leaves nothing of it behind", () => {
    // Half of the calls take a function out: an installation that fails does that, too.
    const { h, state, statistics } = runWith({
      table: table((call) => call < 6 && call % 2 === 0),
    });
    expect(state).toEqual(interpreted);
    expect(statistics?.failed).toBe(3);
    expect(h.translator?.inUse.regions).toBe(statistics?.regions);
  });

  test("is asked for, as by a port that takes no message, ends no run, and is tried once", () => {
    const asked: number[] = [];
    const service: TranslationService = {
      request(requests) {
        asked.push(...requests.map(({ id }) => id));
        throw new Error("DataCloneError: out of memory");
      },
      take: () => [],
    };
    const { state, problems, statistics } = runWith({ service });
    expect(state).toEqual(interpreted);
    expect(statistics).toMatchObject({ regions: 0, modules: 0 });
    expect(asked).toHaveLength(problems.length);
    expect(asked.length).toBeLessThan(40);
  });

  test.each([
    ["now and then", everyThird],
    ["each time", always],
  ])("is instantiated, %s, ends no run", (_, fails) => {
    const instantiate = failing(compiler.instantiate, fails, () => {
      return new RangeError("WebAssembly.Instance(): Out of memory");
    });
    const { state, problems, statistics } = runWith({ compiler: { ...compiler, instantiate } });
    expect(state).toEqual(interpreted);
    expect(statistics?.failed).toBeGreaterThan(0);
    expect(problems[0]?.problem).toContain("WebAssembly.Instance(): Out of memory");
  });
});

describe("an answer", () => {
  test("that is lost with whoever was to give it, is asked for once more and no more", () => {
    const asked = new Map<string, number>();
    let lost: AnsweredRegion[] = [];
    const service: TranslationService = {
      request(requests) {
        for (const { id, shape } of requests) {
          const key = shape.join();
          asked.set(key, (asked.get(key) ?? 0) + 1);
          lost.push({ id, region: undefined, problem: "the thread has ended", isLost: true });
        }
      },
      take() {
        const regions = lost;
        lost = [];
        return [{ module: undefined, bytes: 0, regions }];
      },
    };
    const { state, problems, statistics } = runWith({ service });
    expect(state).toEqual(interpreted);
    expect(Math.max(...asked.values())).toBe(2);
    expect(statistics).toMatchObject({ regions: 0, failed: problems.length });
    expect(problems[0]?.problem).toBe("the thread has ended");
  });

  test("that lacks what was asked for, or is about nothing that was, is no harm", () => {
    let ids: number[] = [];
    const service: TranslationService = {
      request(requests) {
        ids.push(...requests.map(({ id }) => id));
      },
      take() {
        const regions = ids.map((id) => ({
          id,
          region: { name: "none", entries: [0], body: { bytes: new Uint8Array(), unlikely: [] } },
        }));
        ids = [];
        const module = compiler.compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
        return [{ module, bytes: 8, regions: [...regions, { id: 99_999, region: undefined }] }];
      },
    };
    const { state, problems, statistics } = runWith({ service });
    expect(state).toEqual(interpreted);
    expect(statistics).toMatchObject({ regions: 0, failed: problems.length });
    expect(problems[0]?.problem).toBe("its module lacks it");
  });
});

test("Of a host on which nothing can be translated only the first problems are told", () => {
  const problems: TranslationProblem[] = [];
  const broken = { ...compiler, compile: failing(compiler.compile, always, tooDeep) };
  const h = new BareHart(2 ** 20, { heat, compiler: broken, onProblem: (p) => problems.push(p) });
  stateOf(h, loops(60));
  expect(h.translator?.statistics.failed).toBeGreaterThan(32);
  expect(problems).toHaveLength(32);
  expect(problems.map(({ isLast }) => isLast)).toEqual([...Array(31).fill(false), true]);
});
