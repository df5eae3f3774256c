import { expect, test } from "vitest";
import wabt from "wabt";
import {
  floatRegistersOffset,
  hartFields,
  integerRegistersOffset,
} from "../../workers/vmm/isa/hart-layout.ts";
import type { Line } from "../support/assembler.ts";
import { codeShapes } from "../support/code-shapes.ts";
import { privilegedShapes } from "../support/privileged-shapes.ts";
import { TranslatedProgram } from "../support/translated-program.ts";

const tools = await wabt();

/** What lies where in a hart, so that the files need not change with its layout. */
const names = new Map<number, string>([
  ...Object.entries(hartFields).map(([name, { offset }]) => [offset, name] as const),
  ...Array.from({ length: 32 }, (_, i) => [integerRegistersOffset + 8 * i, `x${i}`] as const),
  ...Array.from({ length: 32 }, (_, i) => [floatRegistersOffset + 8 * i, `f${i}`] as const),
]);

/** A module as WebAssembly text, expressions folded, fields of the hart (parameter 0) by name. */
function textOf(code: Uint8Array): string {
  const module = tools.readWasm(code, { threads: true });
  try {
    return module
      .toText({ foldExprs: true, inlineExport: true })
      .replaceAll(" align=1", "")
      .replace(/(?: offset=(\d+))?(\n *\(local\.get 0\))/g, (all, offset = "0", rest) => {
        const name = names.get(Number(offset));
        return name === undefined ? all : ` hart.${name}${rest}`;
      });
  } finally {
    module.destroy();
  }
}

const machineMode = 3;
const shapes: readonly (readonly [name: string, lines: readonly Line[], privilege: number])[] = [
  ...Object.entries(codeShapes).map(([name, lines]) => [name, lines, machineMode] as const),
  ...Object.entries(privilegedShapes).map(
    ([name, { lines, privilege }]) => [name, lines, privilege] as const,
  ),
];

test.each(shapes)("the region of the %s is as it was", async (name, lines, privilege) => {
  const program = new TranslatedProgram(lines, undefined, privilege);
  program.reset();
  for (let step = 0; step < program.steps && program.modules.length === 0; step++) {
    program.translateHere();
    program.h.step();
  }
  const [code] = program.modules;
  expect(code).toBeDefined();
  await expect(textOf(code as Uint8Array)).toMatchFileSnapshot(`./${name}.wat`);
});
