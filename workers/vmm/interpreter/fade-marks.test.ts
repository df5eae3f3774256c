import { expect, test } from "vitest";
import { codeMarksOffset, codePageStride, pageBytes } from "../memory/layout.ts";
import { fadeMarks } from "./fade-marks.ts";
import { operations, specialOperations } from "./record.ts";

const instruction = Object.keys(specialOperations).length + operations.length - 1;

test("marks of a page count half afterwards, and entries keep their numbers", () => {
  const page = codePageStride;
  const memory = new DataView(new ArrayBuffer(2 * codePageStride));
  const place = (offset: number, operation: number, mark: number) => {
    memory.setUint16(page + 4 * offset, operation, true);
    memory.setUint16(page + codeMarksOffset + offset, mark, true);
  };
  place(0, instruction, 1);
  place(2, instruction, 65_535);
  place(4, specialOperations.entry, 7);
  place(pageBytes - 2, instruction, 600);
  fadeMarks(new Int32Array(memory.buffer), page);
  const marks = [0, 2, 4, pageBytes - 2].map((offset) =>
    memory.getUint16(page + codeMarksOffset + offset, true),
  );
  expect(marks).toEqual([0, 32_767, 7, 300]);
});
