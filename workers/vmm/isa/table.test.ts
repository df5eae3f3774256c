import { expect, test } from "vitest";
import { matches } from "./pattern.ts";
import { aliasTable, implementedExtensions, instructionTable } from "./table.ts";

/** Unprivileged manual, "ISA Extension Naming Conventions": the order of categories. */
const categories = "imafdqlcbkjtpvnh";
const rank = (name: string): string => {
  if (name.length === 1) return `0${String.fromCharCode(97 + categories.indexOf(name))}`;
  if (name.startsWith("s")) return `2${name}`;
  return `1${String.fromCharCode(97 + categories.indexOf(name[1] as string))}${name}`;
};

test("extensions are listed once each, in the manual's order", () => {
  const sorted = [...new Set(implementedExtensions)].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  expect(implementedExtensions).toEqual(sorted);
});

test("an extension that contains another one is listed with it", () => {
  const contained = {
    ...{ a: ["zaamo", "zalrsc"], m: ["zmmul"], c: ["zca", "zcd"], zbc: ["zbkc"], zfh: ["zfhmin"] },
    ...{ zcb: ["zca"], zacas: ["zaamo"], zawrs: ["zalrsc"] },
  };
  for (const [name, others] of Object.entries(contained)) {
    expect(implementedExtensions).toContain(name);
    for (const other of others) expect(implementedExtensions).toContain(other);
  }
});

test.each(aliasTable.map((row) => [row.mnemonic, row] as const))(
  "%s is an encoding of the instruction that it is said to be",
  (_, { pattern, base }) => {
    const row = instructionTable.find(({ mnemonic }) => mnemonic === base);
    expect(row && matches(row.pattern, pattern.match)).toBe(true);
    expect((row as NonNullable<typeof row>).pattern.mask & ~pattern.mask).toBe(0);
  },
);

test("no two aliases match the same bits", () => {
  const overlapping = aliasTable.flatMap((a, i) =>
    aliasTable
      .slice(i + 1)
      .filter((b) => ((a.pattern.match ^ b.pattern.match) & a.pattern.mask & b.pattern.mask) === 0)
      .map((b) => `${a.mnemonic} and ${b.mnemonic}`),
  );
  expect(overlapping).toEqual([]);
});
