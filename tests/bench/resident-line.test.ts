import { expect, test } from "vitest";
import { residentLine } from "./resident-line.ts";
import type { Row } from "./row.ts";

const boot: Row = {
  name: "boot to shell",
  kind: "boot",
  seconds: {},
  resident: { node: [{ now: 180, most: 190 }], qemu: [{ now: 270.4, most: 271 }] },
};

test("the row that ends at the shell says what each process occupies", () => {
  expect(residentLine(boot).at(-1)).toBe(
    "resident MiB at the shell: qemu 270 (at most 271), node 180 (at most 190)",
  );
});

test("other rows say nothing of memory", () => {
  expect(residentLine({ ...boot, kind: "cpu" })).toEqual([]);
});
