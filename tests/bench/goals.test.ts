import { expect, test } from "vitest";
import { goals } from "./goals.ts";
import type { Row } from "./row.ts";

function row(name: string, kind: Row["kind"], seconds: Row["seconds"]): Row {
  return { name, kind, seconds, resident: {} };
}

test("each goal says for each runtime whether its figure meets it", () => {
  const lines = goals([
    row("sieve", "cpu", { qemu: [2], node: [1], deno: [4], "qemu-icount": [4] }),
    row("pipe", "os", { qemu: [9], node: [3], deno: [3], "qemu-icount": [9] }),
    row("boot to shell", "boot", { qemu: [2], node: [2], deno: [4] }),
  ]);
  expect(lines).toEqual([
    "pass  0 of 2 rows slower than QEMU under node (goal: none)",
    "pass  2.00× on CPU rows under node (goal ≥ 1.50×)",
    "pass  3.00× on operating-system rows under node (goal ≥ 2.00×)",
    "pass  3.46× on all rows, QEMU counting under node (goal ≥ 3.00×)",
    "pass  1.00× on boot to shell under node (goal ≥ 0.83×)",
    "MISS  1 of 2 rows slower than QEMU under deno (goal: none): sieve",
    "MISS  0.50× on CPU rows under deno (goal ≥ 1.50×)",
    "pass  3.00× on operating-system rows under deno (goal ≥ 2.00×)",
    "MISS  1.73× on all rows, QEMU counting under deno (goal ≥ 3.00×)",
    "MISS  0.50× on boot to shell under deno (goal ≥ 0.83×)",
  ]);
});

test("what was not measured has no goal", () => {
  expect(goals([])).toEqual([]);
  expect(goals([row("sieve", "cpu", { node: [1] })])).toEqual([]);
});
