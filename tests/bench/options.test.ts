import { describe, expect, test } from "vitest";
import { parseOptions } from "./options.ts";

const known = ["integer", "memory", "linux"];

describe("parseOptions", () => {
  test("without words measures everything in three pairs", () => {
    expect(parseOptions([], known)).toEqual({ pairs: 3, only: known });
  });

  test("keeps the order of the table, however --only is given", () => {
    const { only } = parseOptions(["--only", "linux", "--only", "integer"], known);
    expect(only).toEqual(["integer", "linux"]);
  });

  test("takes the number of pairs and the file for the samples", () => {
    const options = parseOptions(["--pairs", "5", "--json", "samples.json"], known);
    expect(options).toMatchObject({ pairs: 5, json: "samples.json" });
  });

  test("says which names there are when one is wrong", () => {
    expect(() => parseOptions(["--only", "integre"], known)).toThrow("integer, memory, linux");
  });

  test.each(["0", "-1", "1.5", "many"])("does not take %s pairs", (pairs) => {
    expect(() => parseOptions([`--pairs=${pairs}`], known)).toThrow("--pairs");
  });
});
