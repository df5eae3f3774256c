import { expect, test } from "vitest";
import type { Row } from "./row.ts";
import { tableOf } from "./table-of.ts";

const row: Row = {
  name: "integer",
  kind: "cpu",
  seconds: { node: [2, 2, 3], deno: [3, 3, 3], qemu: [1, 1, 1], "qemu-icount": [4, 4, 4] },
  resident: {},
};

function cells(line: string | undefined): string[] {
  return (line ?? "").split(/ {2,}/);
}

test("a row shows medians, and QEMU's time by ours in both of QEMU's modes", () => {
  const [, , line] = tableOf([row]).split("\n");
  expect(cells(line)).toEqual([
    ...["integer", "1.00", "4.00", "2.00", "3.00"],
    ...["0.50×", "0.33×", "2.00×", "1.33×", "±25 %"],
  ]);
});

test("what was not measured leaves its cells empty", () => {
  const [, , line] = tableOf([{ ...row, seconds: { node: [2], qemu: [1] } }]).split("\n");
  expect(line?.split(/\s+/)).toEqual(["integer", "1.00", "2.00", "0.50×"]);
});

test("geometric means stand below, for each kind that has several rows", () => {
  const fast: Row = { ...row, name: "sieve", seconds: { node: [1], qemu: [8] } };
  const boot: Row = { ...row, name: "boot to shell", kind: "boot" };
  const lines = tableOf([row, fast, boot]).split("\n");
  expect(lines).toHaveLength(6);
  expect(cells(lines[5]).slice(0, 2)).toEqual(["geometric mean, CPU rows", "2.00×"]);
});
