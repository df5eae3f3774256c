import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { findViolations } from "./find-violations.ts";
import { parseModule } from "./parse-module.ts";
import { readModules } from "./read-modules.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The violations of a program made up of these files. */
function violationsOf(files: Readonly<Record<string, string>>): string[] {
  return findViolations(Object.entries(files).map(([path, source]) => parseModule(path, source)));
}

test("the sources keep to the layers, have no cycles, and the monitor is pure", () => {
  expect(findViolations(readModules(root))).toEqual([]);
});

describe("the layer rule", () => {
  test("lets a layer import a lower one, however far down", () => {
    expect(
      violationsOf({
        "workers/vmm/machine/a.ts": 'import { b } from "../base/b.ts";',
        "workers/vmm/mmu/c.ts": 'import type { D } from "../memory/d.ts";',
      }),
    ).toEqual([]);
  });

  test.each([
    ["an upper layer", "workers/vmm/base/a.ts", "../hart/b.ts"],
    ["a neighbour", "workers/vmm/interpreter/a.ts", "../translator/b.ts"],
    ["past the monitor's door", "workers/runtime/a.ts", "../vmm/hart/b.ts"],
    ["a service from a worker", "workers/runtime/a.ts", "../../services/api/b.ts"],
    ["anything of ours from shared", "shared/schema/a.ts", "../../workers/vmm/mod.ts"],
    ["test code", "services/api/a.ts", "../../tests/guests/b.ts"],
  ])("refuses to import %s", (_, path, specifier) => {
    expect(violationsOf({ [path]: `import { b } from "${specifier}";` })).toHaveLength(1);
  });

  test.each([
    'import "../hart/b.ts";',
    'import type { B } from "../hart/b.ts";',
    'export * from "../hart/b.ts";',
    'export { b } from "../hart/b.ts";',
    'export type { B } from "../hart/b.ts";',
    'let b: import("../hart/b.ts").B;',
    'const b = await import("../hart/b.ts");',
  ])("sees %s", (source) => {
    expect(violationsOf({ "workers/vmm/base/a.ts": source })).toEqual([
      "workers/vmm/base/a.ts must not import workers/vmm/hart/b.ts",
    ]);
  });

  test("names a file that is in no layer", () => {
    expect(violationsOf({ "services/mystery/a.ts": "" })).toEqual([
      "services/mystery/a.ts belongs to no layer of tests/architecture/layers.ts",
    ]);
  });
});

describe("the cycle rule", () => {
  test("shows the way around", () => {
    expect(
      violationsOf({
        "shared/a.ts": 'import "./b.ts";',
        "shared/b.ts": 'import type { C } from "./c.ts";',
        "shared/c.ts": 'export * from "./a.ts";',
      }),
    ).toEqual(["modules import each other: shared/a.ts → shared/b.ts → shared/c.ts → shared/a.ts"]);
  });

  test("lets two files import a third one", () => {
    expect(
      violationsOf({
        "shared/a.ts": 'import "./b.ts"; import "./c.ts";',
        "shared/b.ts": 'import "./c.ts";',
        "shared/c.ts": "",
      }),
    ).toEqual([]);
  });
});

describe("the purity rule", () => {
  const usesOf = (source: string) => violationsOf({ "workers/vmm/base/a.ts": source });

  test.each([
    'import "node:fs";',
    'import { z } from "zod";',
    "process.exit(1);",
    "const now = Date.now();",
    "let seen: Date;",
    "const dice = Math.random();",
    "const { random } = Math;",
    'Math["random"]();',
    "const now = performance.now();",
    "new WebAssembly.Memory({ initial: 1 });",
    "globalThis.fetch('x');",
    "import.meta.url;",
    "await import(name);",
    "const answer = { fetch };",
  ])("refuses %s in the monitor", (source) => {
    expect(usesOf(source)).toHaveLength(1);
  });

  test.each([
    'import { sha256 } from "@noble/hashes/sha2.js";',
    "const floor = Math.floor(1.5);",
    "request.process(); request.Date = 1;",
    "class Ring { process() {} fetch = 1; }",
    "interface Clock { readonly performance: number; Date(): void }",
    "const names = { process: 1 };",
    "const fetch = readCode(address); use(fetch);",
    "function step({ fetch, queue: [process = 1], ...performance }) { fetch(process, performance); }",
  ])("accepts %s in the monitor", (source) => {
    expect(usesOf(source)).toEqual([]);
  });

  test("does not ask the services to be pure", () => {
    expect(violationsOf({ "services/api/a.ts": 'import "node:fs"; Date.now();' })).toEqual([]);
  });
});
