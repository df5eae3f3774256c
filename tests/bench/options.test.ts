import { describe, expect, test } from "vitest";
import { parseOptions } from "./options.ts";

const known = ["integer", "memory-walk", "boot-to-shell", "many-vms"];
const quick = known.slice(0, 3);

describe("parseOptions", () => {
  test("without words measures the quick rows once, under both runtimes", () => {
    expect(parseOptions([], known, quick)).toEqual({
      ...{ rows: quick, runtimes: ["node", "deno"], rounds: 1, icount: false, clock: "wall" },
    });
  });

  test("--full measures all rows three times, and QEMU while it counts too", () => {
    expect(parseOptions(["--full"], known, quick)).toMatchObject({
      ...{ rows: known, rounds: 3, icount: true },
    });
  });

  test("--repeat goes before what --full says", () => {
    expect(parseOptions(["--full", "--repeat", "5"], known).rounds).toBe(5);
  });

  test("keeps the order of the table, however --rows is given", () => {
    const { rows } = parseOptions(["--rows", "many-vms,integer"], known, quick);
    expect(rows).toEqual(["integer", "many-vms"]);
  });

  test("takes one runtime, the engine and the file for the samples", () => {
    const words = ["--runtimes", "deno", "--engine", "interpret", "--json", "samples.json"];
    expect(parseOptions(words, known)).toMatchObject({
      ...{ runtimes: ["deno"], engine: "interpret", json: "samples.json" },
    });
  });

  test("says which names there are when one is wrong", () => {
    expect(() => parseOptions(["--rows", "integre"], known)).toThrow("integer, memory-walk");
    expect(() => parseOptions(["--runtimes", "bun"], known)).toThrow("node, deno");
    expect(() => parseOptions(["--clock", "sun"], known)).toThrow("wall, processor");
  });

  test.each(["0", "-1", "1.5", "many"])("does not take %s rounds", (rounds) => {
    expect(() => parseOptions([`--repeat=${rounds}`], known)).toThrow("--repeat");
  });
});
