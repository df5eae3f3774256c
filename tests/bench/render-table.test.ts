import { expect, test } from "vitest";
import { renderTable } from "./render-table.ts";

test("columns are as wide as their widest text, names left and numbers right", () => {
  const table = renderTable([
    ["guest", "MIPS"],
    ["integer", "320"],
    ["n-body", "7"],
  ]);
  expect(table.split("\n")).toEqual([
    "guest    MIPS",
    "-------  ----",
    "integer   320",
    "n-body      7",
  ]);
});

test("no line ends with blanks, even where cells are empty", () => {
  const table = renderTable([
    ["a", "b"],
    ["x", ""],
  ]);
  expect(table).not.toMatch(/ $/m);
});
