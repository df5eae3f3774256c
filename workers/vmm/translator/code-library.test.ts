import { describe, expect, test } from "vitest";
import { asm, type Line } from "../../../tests/support/assembler.ts";
import { BareHart, ramBase } from "../../../tests/support/bare-hart.ts";
import { eagerHeat } from "../../../tests/support/eager-heat.ts";
import { loopsInARow } from "../../../tests/support/loops-in-a-row.ts";
import { bareMetal, recordedConsole } from "../../../tests/support/run-guest.ts";
import { compiler } from "../../host/compiler.ts";
import { nativeHash } from "../../host/native-hash.ts";
import { Monitor } from "../mod.ts";
import { CodeLibrary } from "./code-library.ts";
import { decodeKeptCode } from "./kept-code.ts";
import { LibraryRegion } from "./library-region.ts";
import { shapeKey } from "./region-shape.ts";
import type { Translator } from "./translator.ts";

const ramBytes = 2 ** 20;
const loop = (step: number): Line[] => [
  "outer",
  asm("addi", { rd: 5, imm: 50 }),
  "again",
  asm("addi", { rd: 10, rs1: 10, imm: step }),
  asm("addi", { rd: 5, rs1: 5, imm: -1 }),
  asm("bne", { rs1: 5, to: "again" }),
  asm("jal", { to: "outer" }),
];

function run(h: BareHart, lines: readonly Line[], address: number, steps = 3000) {
  h.load(lines, address);
  h.pc = BigInt(address);
  h.setX(5, 0n);
  h.setX(10, 0n);
  h.run(steps);
  return { sum: h.x(10), ...h.translator?.statistics };
}

/** The shape of a region of one instruction whose place tells the names apart. */
function wordsOf(name: string): Int32Array {
  const place = 4 * [...name].reduce((sum, letter) => 31 * sum + letter.charCodeAt(0), 0);
  return Int32Array.of(1, place, 1, place, 1, 0x13);
}

const keyOf = (name: string) => shapeKey(wordsOf(name));

function libraryRegion(name: string): LibraryRegion {
  const translated = { name, entries: [], body: { bytes: new Uint8Array(), unlikely: [] } };
  return new LibraryRegion(wordsOf(name), translated, undefined);
}

const namesOf = (library: CodeLibrary) => Array.from(library, ({ translated }) => translated.name);
const find = (library: CodeLibrary, name: string) => library.find(keyOf(name));

describe("a library with room for three", () => {
  const filled = () => {
    const library = new CodeLibrary(3);
    for (const name of ["a", "b", "c"]) library.add(libraryRegion(name));
    return library;
  };

  test("lets go what was not used for longest", () => {
    const library = filled();
    library.used(find(library, "a") as LibraryRegion);
    expect(library.add(libraryRegion("d"))?.translated.name).toBe("b");
    expect(namesOf(library)).toEqual(["c", "a", "d"]);
    expect(find(library, "b")).toBe("unknown");
  });

  test("never takes back what it has let go, because somebody still uses it", () => {
    const library = filled();
    const first = find(library, "a") as LibraryRegion;
    find(library, "b");
    find(library, "c");
    library.add(libraryRegion("d"));
    library.used(first);
    expect(namesOf(library)).toEqual(["b", "c", "d"]);
  });

  test("has room for more while machines have all of them, up to a bound", () => {
    const library = new CodeLibrary(3, 5);
    for (const name of ["a", "b", "c", "d", "e"]) {
      expect(library.add(libraryRegion(name), () => true)).toBeUndefined();
    }
    expect(library.add(libraryRegion("f"), () => true)?.translated.name).toBe("a");
    expect(
      library.add(libraryRegion("g"), ({ translated }) => translated.name !== "d")?.translated.name,
    ).toBe("d");
  });

  test("lets go what no machine has before what one has, and that only where all are in use", () => {
    const library = filled();
    expect(
      library.add(libraryRegion("d"), ({ translated }) => translated.name !== "c")?.translated.name,
    ).toBe("c");
    expect(library.add(libraryRegion("e"), () => true)?.translated.name).toBe("a");
    expect(namesOf(library)).toEqual(["b", "d", "e"]);
  });

  test("has nothing of what was refused, and does not take it again", () => {
    const library = filled();
    library.refuse(keyOf("b"));
    library.refuse(keyOf("x"));
    for (const name of ["b", "x"]) {
      expect(library.add(libraryRegion(name))).toBeUndefined();
      expect(find(library, name)).toBe("refused");
    }
    expect(namesOf(library)).toEqual(["a", "c"]);
    library.clear();
    expect(library.size).toBe(0);
    expect(find(library, "b")).toBe("refused");
  });
});

test("A worker's threads have as many functions together as V8 can have, however many they are", () => {
  for (const threads of [1, 2, 4, 31]) {
    const library = CodeLibrary.ofThread(threads);
    for (let i = 0; i < 8100; i++) library.add(libraryRegion(`${i}`), () => true);
    expect(library.size * threads).toBeLessThanOrEqual(16_000);
    expect(library.size).toBeGreaterThan(500);
    const unused = CodeLibrary.ofThread(threads);
    for (let i = 0; i < 2100; i++) unused.add(libraryRegion(`${i}`));
    expect(unused.size).toBeLessThanOrEqual(2000);
  }
});

test("A monitor that has served many programs has as many functions as one that has served some", () => {
  const monitor = Monitor.create({
    compiler,
    memoryBytes: 2 ** 27,
    heat: eagerHeat,
    mostFunctions: 6,
  });
  const interpreter = Monitor.create({ compiler, memoryBytes: 2 ** 27 });
  for (let program = 1; program <= 20; program++) {
    const hashes = [monitor, interpreter].map((each) => {
      const engine = each === monitor ? "translate" : "interpret";
      const config = bareMetal([...loop(program), ...loop(program)], { engine });
      const resources = { console: recordedConsole().sink, disks: new Map() };
      const machine = each.createMachine(config, resources);
      machine.run(5000);
      const hash = machine.stateHash(nativeHash);
      machine.dispose();
      return hash;
    });
    expect(hashes[0]).toBe(hashes[1]);
    expect(monitor.translations.functions).toBeLessThanOrEqual(6);
  }
  expect(monitor.translations.forgotten).toBeGreaterThan(10);
  expect(monitor.inUse).toMatchObject({ regions: 0, entries: 0 });
});

test("A program that needs more functions than there may be is as ever, and none stays without being known", () => {
  const heat = { ...eagerHeat, joinArrivals: 0x7fff_ffff };
  const [few, all] = [3, undefined].map((mostFunctions) => {
    const monitor = Monitor.create({
      ...{ compiler, memoryBytes: 2 ** 27, heat },
      ...(mostFunctions !== undefined && { mostFunctions }),
    });
    const resources = { console: recordedConsole().sink, disks: new Map() };
    const machine = monitor.createMachine(bareMetal(loopsInARow(8)), resources);
    machine.run(60_000);
    return { monitor, outcome: [machine.stateHash(nativeHash), machine.exitCounts()] };
  });
  expect(few?.outcome).toEqual(all?.outcome);
  expect(few?.monitor.translations.functions).toBeLessThanOrEqual(3);
  expect(few?.monitor.inUse.regions).toBeLessThanOrEqual(3);
  expect(all?.monitor.inUse.regions).toBeGreaterThan(3);
});

describe("what was translated once", () => {
  test("is not translated again where the same code lies elsewhere", () => {
    const h = new BareHart(ramBytes, { heat: eagerHeat });
    const first = run(h, loop(1), ramBase);
    const second = run(h, loop(1), ramBase + 0x4000);
    expect(second.sum).toBe(first.sum);
    expect(second.modules).toBe(first.modules);
    expect(second.reused).toBeGreaterThan(first.reused ?? 0);
    const other = run(h, loop(2), ramBase + 0x8000);
    expect(other.sum).toBe(first.sum * 2n);
    expect(other.modules).toBeGreaterThan(second.modules ?? 0);
  });

  test("comes back when a page that was written to is as before", () => {
    const h = new BareHart(ramBytes, { heat: eagerHeat });
    const first = run(h, loop(1), ramBase);
    const changed = run(h, loop(3), ramBase);
    const back = run(h, loop(1), ramBase);
    expect(changed.sum).toBe(first.sum * 3n);
    expect(back.sum).toBe(first.sum);
    expect(back.modules).toBe(changed.modules);
  });

  test("is taken over from an earlier monitor, and does what it did there", () => {
    const earlier = new BareHart(ramBytes, { heat: eagerHeat });
    const first = run(earlier, loop(1), ramBase);
    const later = new BareHart(ramBytes, { heat: eagerHeat });
    later.translator?.useKeptCode(earlier.translator?.keepCode() ?? new Uint8Array());
    const second = run(later, loop(1), ramBase + 0x2000);
    expect(second).toMatchObject({ sum: first.sum, modules: 0, bytes: 0 });
    expect(second.reused).toBeGreaterThan(0);
  });

  test("is kept with what was used since that was of interest, and nothing of earlier programs", () => {
    const h = new BareHart(ramBytes, { heat: eagerHeat });
    const kept = () => decodeKeptCode(h.translator?.keepCode() ?? new Uint8Array()).length;
    run(h, loop(1), ramBase);
    const first = kept();
    h.translator?.beginKeeping();
    expect(kept()).toBe(0);
    h.translator?.beginKeeping();
    run(h, loop(2), ramBase);
    expect(kept()).toBe(first);
    // Nobody has asked for less since.
    expect(kept()).toBe(2 * first);
    h.translator?.beginKeeping();
    const before = h.translator?.statistics.modules;
    run(h, loop(1), ramBase + 0x4000);
    expect(h.translator?.statistics.modules).toBe(before);
    expect(kept()).toBe(first);
  });

  test("is kept with as many others as are wanted, those that were used last", () => {
    const h = new BareHart(ramBytes, { heat: eagerHeat });
    const translator = h.translator as Translator;
    const kept = (least: number) => decodeKeptCode(translator.keepCode(undefined, least));
    for (const step of [1, 2, 3]) run(h, loop(step), ramBase);
    const all = kept(0);
    translator.beginKeeping();
    run(h, loop(4), ramBase);
    const own = decodeKeptCode(translator.keepCode()).length;
    translator.beginKeeping();
    // It is there already, so it is what was used last before the next one.
    run(h, loop(1), ramBase);
    translator.beginKeeping();
    run(h, loop(4), ramBase);
    const some = kept(own + 1);
    expect(some).toHaveLength(own + 1);
    expect(all.slice(0, own)).toContainEqual(some[0]);
    translator.beginKeeping();
    expect(kept(1000)).toHaveLength(all.length + own);
  });

  test("is used late when it comes from an earlier monitor, for the host has not compiled it, but once only", () => {
    const earlier = new BareHart(ramBytes, { heat: eagerHeat });
    run(earlier, loop(1), ramBase);
    const heat = { ...eagerHeat, hotMarks: 2000, keptMarks: 64 };
    const h = new BareHart(ramBytes, { heat });
    h.translator?.useKeptCode(earlier.translator?.keepCode() ?? new Uint8Array());
    // A step in 20 is looked at, and a look is one mark.
    expect(run(h, loop(1), ramBase, 500).reused).toBe(0);
    expect(run(h, loop(1), ramBase, 20_000).reused).toBeGreaterThan(0);
    const before = h.translator?.statistics.reused ?? 0;
    expect(run(h, loop(1), ramBase + 0x4000, 500).reused).toBeGreaterThan(before);
  });

  test("is used only when all of it was executed before, so that no exit is counted less", () => {
    // The interpreter counts what it decodes; a region that ran ahead of it would take that away.
    const earlier = new BareHart(ramBytes, { heat: eagerHeat });
    run(earlier, loop(1), ramBase);
    const kept = earlier.translator?.keepCode() ?? new Uint8Array();
    const counts = [undefined, kept].map((code) => {
      const h = new BareHart(ramBytes, { heat: eagerHeat });
      if (code) h.translator?.useKeptCode(code);
      run(h, loop(1), ramBase);
      return h.hart.exitCount("translate");
    });
    expect(counts[1]).toBe(counts[0]);
  });
});
