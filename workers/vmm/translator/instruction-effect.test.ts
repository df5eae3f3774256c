import { describe, expect, test } from "vitest";
import { asm, encode } from "../../../tests/support/assembler.ts";
import { type InstructionEffect, isCall, readBits } from "./instruction-effect.ts";

const effect = (...[mnemonic, operands]: Parameters<typeof asm>) =>
  readBits(encode(asm(mnemonic, operands)))?.effect;

describe("the effect of an instruction", () => {
  const effects: readonly [InstructionEffect, readonly Parameters<typeof asm>[]][] = [
    [
      "plain",
      [
        ["addi", { rd: 1, rs1: 2, imm: 3 }],
        ["c.add", { rd: 1, rs2: 2 }],
        ["ld", { rd: 1, rs1: 2 }],
        ["sd", { rs1: 1, rs2: 2 }],
        ["amoadd.d", { rd: 1, rs1: 2, rs2: 3 }],
        ["lr.w", { rd: 1, rs1: 2 }],
        ["sc.w", { rd: 1, rs1: 2, rs2: 3 }],
        ["fadd.d", { rd: 1, rs1: 2, rs2: 3, rm: 7 }],
        ["fence.i"],
        ["csrrw", { rd: 1, rs1: 2, csr: 0x140 }],
      ],
    ],
    [
      "branch",
      [
        ["beq", { rs1: 1, rs2: 2, imm: 8 }],
        ["beq", { imm: 8 }],
        ["c.bnez", { rs1: 8, imm: 8 }],
      ],
    ],
    [
      "jump",
      [
        ["jal", { rd: 1, imm: 8 }],
        ["c.j", { imm: 8 }],
      ],
    ],
    [
      "indirect",
      [
        ["jalr", { rd: 1, rs1: 2 }],
        ["c.jr", { rs1: 1 }],
      ],
    ],
    ["leave", [["ebreak"], ["mret"], ["wfi"], ["sfence.vma"]]],
    ["leave", [["csrrw", { rs1: 1, csr: 0x180 }]]],
    ["away", [["ecall"], ["sret"]]],
  ];
  test.each(effects.flatMap(([kind, list]) => list.map((one) => ({ kind, one, name: one[0] }))))(
    "is $kind for $name",
    ({ kind, one }) => {
      expect(effect(...one)).toBe(kind);
    },
  );

  test("is a CSR's own: one that is inlined says nothing of the others", () => {
    const ofCsr = (csr: number) => effect("csrrs", { rd: 1, csr });
    expect([0x141, 0x300, 0x142, 0x180].map(ofCsr)).toEqual(["plain", "leave", "plain", "leave"]);
  });

  test("is leave where a counter would be written, and plain where it is read", () => {
    const ofSource = (rs1: number) => effect("csrrs", { rd: 1, rs1, csr: 0xc01 });
    expect([1, 0, 2, 0].map(ofSource)).toEqual(["leave", "plain", "leave", "plain"]);
  });

  test("is pause where SUM may change, and plain where it cannot", () => {
    const sstatus = 0x100;
    expect(effect("csrrs", { rs1: 1, csr: sstatus })).toBe("pause");
    expect(effect("csrrw", { rs1: 1, csr: sstatus })).toBe("pause");
    expect(effect("csrrs", { rd: 1, csr: sstatus })).toBe("plain");
    expect(effect("csrrci", { rd: 1, rs1: 2, csr: sstatus })).toBe("plain");
  });

  test("is the same whenever it is asked for", () => {
    const bits = encode(asm("bne", { rs1: 1, imm: 4 }));
    expect(readBits(bits)).toBe(readBits(bits));
  });

  test("is unknown for what is no instruction", () => {
    expect(readBits(0)).toBeUndefined();
    expect(readBits(0xffff_ffff)).toBeUndefined();
  });
});

test("a call is a jump that leaves a return address in a link register", () => {
  const isCallOf = (...[mnemonic, operands]: Parameters<typeof asm>) => {
    const instruction = readBits(encode(asm(mnemonic, operands)));
    return instruction !== undefined && isCall(instruction.decoded);
  };
  expect(isCallOf("jal", { rd: 1, imm: 8 })).toBe(true);
  expect(isCallOf("jalr", { rd: 5, rs1: 6 })).toBe(true);
  expect(isCallOf("c.jalr", { rs1: 6 })).toBe(true);
  expect(isCallOf("jal", { rd: 0, imm: 8 })).toBe(false);
  expect(isCallOf("jal", { rd: 7, imm: 8 })).toBe(false);
  expect(isCallOf("addi", { rd: 1, rs1: 1, imm: 8 })).toBe(false);
});
