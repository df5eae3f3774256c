import { expect, test } from "vitest";
import type { Row } from "./row.ts";
import { tableOf } from "./table-of.ts";

const row: Row = {
  name: "integer",
  instructions: 600e6,
  seconds: { node: [2, 2, 3], deno: [3, 3, 3], qemu: [1, 1, 1], "qemu-icount": [4, 4, 4] },
  startUpMilliseconds: { node: [40, 41, 42], deno: [50, 50, 50] },
};

function cells(line: string | undefined): string[] {
  return (line ?? "").split(/ {2,}/);
}

test("a row shows medians, rates of guest instructions, and QEMU's time by ours", () => {
  const [, , line] = tableOf([row]).split("\n");
  expect(cells(line)).toEqual([
    ...["integer", "600", "300", "200", "2.00", "3.00", "1.00"],
    ...["0.50×", "0.33×", "±25 %", "41", "50"],
  ]);
});

test("the counting mode of QEMU gets a line of its own where it was measured", () => {
  const lines = tableOf([row]).split("\n");
  expect(cells(lines[3]).slice(0, 9)).toEqual([
    ...["integer, QEMU -icount shift=0", "600", "300", "200", "2.00", "3.00", "4.00"],
    ...["2.00×", "1.33×"],
  ]);
  const { "qemu-icount": _, ...seconds } = row.seconds;
  expect(tableOf([{ ...row, seconds }]).split("\n")).toHaveLength(3);
});
