import { expect, test } from "vitest";
import { goals } from "./goals.ts";
import type { Row } from "./row.ts";

function row(name: string, node: number, deno: number): Row {
  return {
    name,
    instructions: 600e6,
    seconds: { node: [node], deno: [deno], qemu: [1] },
    startUpMilliseconds: { node: [40], deno: [40] },
  };
}

test("each goal says for each runtime whether its median meets it", () => {
  const lines = goals([row("integer", 2, 4), row("sieve", 1, 1), row("Linux to the shell", 3, 13)]);
  expect(lines).toEqual([
    "pass  300 MIPS on integer code under node (goal ≥ 200)",
    "MISS  150 MIPS on integer code under deno (goal ≥ 200)",
    "pass  3.00 s to the Linux shell under node (goal ≤ 12 s)",
    "MISS  13.00 s to the Linux shell under deno (goal ≤ 12 s)",
  ]);
});

test("what was not measured has no goal", () => {
  expect(goals([row("sieve", 1, 1)])).toEqual([]);
});
