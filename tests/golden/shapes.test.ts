/**
 * That nothing is written by the translator of which no file here shows it. An instruction's *form*
 * is what its row asks of the semantics that regions are written by, without registers and formats:
 * `atomic()`, `arithmetic(sqrt)`, `accessCsr(set)`. Each form of the table that is not left to `step`
 * stands in a shape, and so does each effect on the flow of control. A new word of the semantics, or
 * a new effect, fails here until a shape has it.
 */
import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { InlineFloat } from "../../workers/vmm/hart/inline/inline-float.ts";
import { InlineSemantics } from "../../workers/vmm/hart/inline/inline-semantics.ts";
import { decode } from "../../workers/vmm/isa/decoder.ts";
import { noOperands, type Operands, putTogether } from "../../workers/vmm/isa/pattern.ts";
import { instructionTable } from "../../workers/vmm/isa/table.ts";
import {
  type InstructionEffect,
  readBits,
} from "../../workers/vmm/translator/instruction-effect.ts";
import { RegionSemantics } from "../../workers/vmm/translator/region-semantics.ts";
import { type Assembled, encode, type Line } from "../support/assembler.ts";
import { codeShapes } from "../support/code-shapes.ts";
import { privilegedShapes } from "../support/privileged-shapes.ts";

const shapes = new Map<string, readonly Line[]>([
  ...Object.entries(codeShapes),
  ...Object.entries(privilegedShapes).map(([name, { lines }]) => [name, lines] as const),
]);

/** All of them, as the compiler says. */
const effects: Readonly<Record<InstructionEffect, true>> = {
  ...{
    plain: true,
    branch: true,
    jump: true,
    indirect: true,
    pause: true,
    away: true,
    leave: true,
  },
};

/** The CSRs that are inlined, one of each kind; truncation is by the only mode that is inlined. */
const numbers = { sscratch: 0x140, sstatus: 0x100, time: 0xc01, cycle: 0xc00, frm: 0x002 };
const operands: Operands = { ...noOperands(), rd: 5, rs1: 6, rs2: 7, rs3: 8, rm: 1 };

const formats = new Set(["half", "single", "double"]);
let asked: string[] = [];
for (const { prototype } of [InlineSemantics, InlineFloat, RegionSemantics]) {
  const methods = prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (name === "constructor" || typeof value !== "function") continue;
    vi.spyOn(methods, name).mockImplementation(function (this: unknown, ...args: unknown[]) {
      const words = args.filter((word) => typeof word === "string" && !formats.has(word));
      asked.push(`${name}(${words.join(" ")})`);
      return value.apply(this, args);
    });
  }
}

interface Form {
  readonly form: string;
  readonly effect: InstructionEffect;
}

const known = new Map<string, string>();

/** An effect is found out once for each kind of encoding; the form with it. */
function formOf(bits: number): Form | undefined {
  asked = [];
  const instruction = readBits(bits);
  if (!instruction) return undefined;
  const { row, operands: own } = instruction.decoded;
  const key = `${row.mnemonic} ${own.csr}`;
  if (asked.length > 0) known.set(key, [...new Set(asked)].join(" "));
  return { form: known.get(key) ?? "", effect: instruction.effect };
}

const linesOf = (name: string) =>
  (shapes.get(name) ?? []).filter((line): line is Assembled => typeof line === "object");

/** By form, what is in the shapes; a compressed instruction as the row that it abbreviates. */
function shown(): ReadonlyMap<string, InstructionEffect> {
  const found = [...shapes.keys()].flatMap((name) =>
    linesOf(name).flatMap((line) => formOf(encode(line)) ?? []),
  );
  return new Map(found.map(({ form, effect }) => [form, effect]));
}

test("each form of an instruction that is not left to exact steps is in a shape", () => {
  const there = shown();
  const missing = instructionTable.flatMap(({ mnemonic, pattern }) => {
    const forms = Object.values(pattern.fields.has("csr") ? numbers : { none: 0 }).flatMap(
      (csr) => formOf(putTogether(pattern, { ...operands, csr })) ?? [],
    );
    return forms
      .filter(({ form, effect }) => effect !== "leave" && !there.has(form))
      .map(({ form }) => `${mnemonic}: ${form}`);
  });
  expect(missing).toEqual([]);
});

test("each effect on the flow of control is in a shape", () => {
  expect([...new Set(shown().values())].sort()).toEqual(Object.keys(effects).sort());
});

test("each kind of register that is inlined is in a shape", () => {
  const all = [...shapes.keys()].flatMap(linesOf).map((line) => decode(encode(line)));
  const accessed = new Set(all.map((instruction) => instruction?.operands.csr));
  expect(Object.values(numbers).filter((number) => !accessed.has(number))).toEqual([]);
});

/** What only some regions have, as it is seen in their text. */
const features: Readonly<
  Record<string, { readonly text: RegExp; readonly in: readonly string[] }>
> = {
  "several entries": {
    text: /br_table 0 .* 2 /,
    in: ["loop", "leaving-loop", "call-and-return", "system-call"],
  },
  "a loop in a loop": {
    text: /\(loop .*\(loop .*\(loop /s,
    in: ["nested-loops"],
  },
  "a look whether another page is where it was": {
    text: /hart\.fetchGeneration/,
    in: ["cross-page-edge", "call-and-return", "indirect-jump"],
  },
  "a look at the budget for a way of a hundred steps": {
    text: /\(i32\.lt_s\s+\(local\.get \d+\)\s+\(i32\.const 1[0-2]\d\)/,
    in: ["long-way"],
  },
  "a way out to a place that was never executed": {
    text: /\(i64\.const \d+\)\)\s+\(br \d/,
    in: ["many-exits"],
  },
  "a change of the translation context": {
    text: /\(i64\.const 2\)/,
    in: ["system-call", "user-pages"],
  },
  "registers of an engine that has all of them exit": {
    text: /hart\.inlinesPrivileged/,
    in: ["system-call", "user-pages", "counters", "float-registers"],
  },
};

test.each(Object.entries(features))("%s is where it should be", (_name, { text, in: names }) => {
  for (const name of names) {
    const file = readFileSync(new URL(`./${name}.wat`, import.meta.url), "utf8");
    expect(file, name).toMatch(text);
  }
});

test("one file is there for each shape, and the table says what it shows", () => {
  const readme = readFileSync(new URL("./README.md", import.meta.url), "utf8");
  const listed = [...readme.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);
  expect(listed.sort()).toEqual([...shapes.keys()].sort());
});
