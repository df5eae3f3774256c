import { expect, test } from "vitest";
import { asm, encode } from "../../../tests/support/assembler.ts";
import { readBits } from "./instruction-effect.ts";
import { registerUse } from "./region-registers.ts";

function useOf(...instructions: Parameters<typeof asm>[]) {
  const decoded = instructions.map(([mnemonic, operands]) => {
    const instruction = readBits(encode(asm(mnemonic, operands)));
    if (!instruction) throw new Error(`${mnemonic} is no instruction`);
    return instruction.decoded;
  });
  const { touched, written } = registerUse(decoded);
  const sorted = (set: ReadonlySet<number>) => [...set].sort((a, b) => a - b);
  return { touched: sorted(touched), written: sorted(written) };
}

test("registers that are only read are loaded, and those that are written stored as well", () => {
  expect(useOf(["add", { rd: 3, rs1: 4, rs2: 5 }], ["sd", { rs1: 6, rs2: 7 }])).toEqual({
    touched: [3, 4, 5, 6, 7],
    written: [3],
  });
});

test("x0 is neither", () => {
  expect(useOf(["addi", { rd: 0, rs1: 0, imm: 1 }])).toEqual({ touched: [], written: [] });
});

test("f0 is a register like the others, and no integer register", () => {
  expect(useOf(["fadd.d", { rd: 0, rs1: 1, rs2: 0, rm: 7 }])).toEqual({
    touched: [32, 33],
    written: [32],
  });
});

test("an instruction may read one file and write the other", () => {
  expect(
    useOf(["fcvt.d.l", { rd: 2, rs1: 9, rm: 7 }], ["feq.d", { rd: 8, rs1: 2, rs2: 3 }]),
  ).toEqual({ touched: [8, 9, 34, 35], written: [8, 34] });
});

test("a fused multiply-add reads three", () => {
  expect(useOf(["fmadd.d", { rd: 1, rs1: 2, rs2: 3, rs3: 4, rm: 7 }]).touched).toEqual([
    33, 34, 35, 36,
  ]);
});

test("a compressed instruction's registers are those of the one that it stands for", () => {
  expect(useOf(["c.add", { rd: 10, rs2: 11 }])).toEqual({ touched: [10, 11], written: [10] });
});
