import { expect, test } from "vitest";
import { textTable } from "./text-table.ts";

test("a table has its columns below their heads, and numbers to the right", () => {
  expect(
    textTable(
      ["name", "runs", "state"],
      [
        ["a", 12345, "ready"],
        ["long-name", 2, "x"],
      ],
    ),
  ).toBe("name         runs  state\na          12,345  ready\nlong-name       2  x\n");
  expect(textTable(["name", "state"], [])).toBe("name  state\n");
});
