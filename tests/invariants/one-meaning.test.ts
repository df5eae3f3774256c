import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { operations } from "../../workers/vmm/interpreter/record.ts";
import { compressedTable, instructionTable } from "../../workers/vmm/isa/table.ts";

/** Invariant 1: encoding, semantics and assembly text of an instruction stand in one row. */
const sources = new URL("../../workers/vmm/", import.meta.url);
const files = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter(
  (name) => name.endsWith(".ts") && !name.endsWith(".test.ts"),
);

test("the interpreter has one case for each row, and one more where there are compressed forms", () => {
  const full = operations.filter(({ bytes }) => bytes === 4);
  expect(full.map(({ row }) => row)).toEqual(instructionTable);
  const abbreviated = new Set(compressedTable.map((row) => row.base));
  const short = operations.filter(({ bytes }) => bytes === 2).map(({ row }) => row.mnemonic);
  expect(new Set(short)).toEqual(abbreviated);
  expect(short.length).toBe(abbreviated.size);
});

test("a case for compressed forms stands right before its row's own, into which it falls", () => {
  operations.forEach(({ row, bytes }, i) => {
    if (bytes === 2) expect(operations[i + 1]).toEqual({ row, bytes: 4 });
  });
});

test("no two rows have the same pattern, and none lacks its text or its meaning", () => {
  const keys = instructionTable.map(({ pattern }) => `${pattern.mask}/${pattern.match}`);
  expect(new Set(keys).size).toBe(keys.length);
  for (const { mnemonic, assembly, execute } of instructionTable) {
    const named = [...assembly.matchAll(/\{([a-z0-9]+)(?::f)?\}/g)].map((match) => match[1]);
    expect(mnemonic).toMatch(/^[a-z][a-z0-9.]*$/);
    expect(new Set(named).size, mnemonic).toBe(named.length);
    expect(execute).toBeTypeOf("function");
  }
});

test("encodings are written in the rows of the table and nowhere else", () => {
  const inTable = /^isa[\\/]rows[\\/]/;
  const encoding = /"[^"\n]*\b[01]{7}"/;
  const elsewhere = files
    .filter((name) => !inTable.test(name) && name !== "isa/pattern.ts")
    .filter((name) => encoding.test(readFileSync(new URL(name, sources), "utf8")));
  expect(elsewhere).toEqual([]);
  expect(files.filter((name) => inTable.test(name)).length).toBeGreaterThan(0);
});
