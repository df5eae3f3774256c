import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { implementedExtensions } from "../../workers/vmm/isa/table.ts";
import { booted } from "./booted.ts";
import { conformanceDocument } from "./document.ts";
import { extensions } from "./extensions.ts";
import { platform } from "./platform.ts";

const root = new URL("../../", import.meta.url);
const path = new URL("docs/conformance.md", root);

test("docs/conformance.md is what the tests' lists say; npm run conformance writes it", () => {
  expect(existsSync(path) ? readFileSync(path, "utf8") : "").toBe(conformanceDocument());
}, 60_000);

/** Those that change what is there, or name parts of it, and bring no instructions. */
const withoutInstructions = [
  ...["svadu", "svnapot", "svpbmt", "sstc", "sdtrig", "smstateen", "sscofpmf", "zicntr", "zihpm"],
];
const otherNames: Readonly<Record<string, string>> = {
  ...{ a: "zaamo", c: "zca", zmmul: "m", zfhmin: "zfh", zbc: "zbc, zbkc", zbkc: "zbc, zbkc" },
};

test.each(implementedExtensions.filter((name) => !withoutInstructions.includes(name)))(
  "%s of the device tree has its line, with instructions",
  (name) => {
    const wanted = otherNames[name] ?? name;
    const found = extensions().find((one) => one.name.toLowerCase() === wanted);
    expect(found?.mnemonics.length).toBeGreaterThan(0);
  },
);

test("no line is of an extension that the device tree does not have", () => {
  const known = new Set(implementedExtensions.map((name) => otherNames[name] ?? name));
  const unknown = extensions().filter(({ name }) => !known.has(name.toLowerCase()));
  expect(unknown.map(({ name }) => name)).toEqual(["Privileged"]);
});

describe("what the document says to prove something", () => {
  test.each(platform.flatMap(({ tests }) => tests))("%s exists", (file) => {
    expect(existsSync(new URL(file, root))).toBe(true);
  });

  test.each(booted)("$test boots $name", ({ test: file, title }) => {
    expect(readFileSync(new URL(file, root), "utf8")).toContain(title);
  });
});
