import { beforeEach, describe, expect, test } from "vitest";
import { asm } from "../../../tests/support/assembler.ts";
import { BareHart, ramBase } from "../../../tests/support/bare-hart.ts";
import { machine, supervisor, user } from "./privilege.ts";

const cycle = 0xc00;
const time = 0xc01;
const instret = 0xc02;
const hpmcounter3 = 0xc03;
const mcycle = 0xb00;
const minstret = 0xb02;
const mcountinhibit = 0x320;
const h = new BareHart();

beforeEach(() => {
  h.setPrivilege(machine);
  h.hart.setWide("mstatus", 0n);
  h.hart.setWide("mcounteren", 0n);
  h.hart.setWide("scounteren", 0n);
  h.hart.setWide("mcountinhibit", 0n);
  h.pc = BigInt(ramBase);
});

/** Runs a program of so many instructions from the start of RAM, as if it were the first to run. */
function run(lines: Parameters<BareHart["load"]>[0], steps: number): void {
  h.load(lines);
  h.hart.setWide("stepsEnd", BigInt(steps));
  h.hart.setWide("clockEnd", BigInt(steps));
  h.hart.setWide("exceptions", 0n);
  for (const offset of ["mcycleOffset", "minstretOffset"] as const) h.hart.setWide(offset, 0n);
  h.run(steps);
}

describe("counting", () => {
  test("instret and cycle count the instructions before the one that reads them", () => {
    run(
      [
        asm("addi"),
        asm("addi"),
        asm("csrrs", { rd: 8, csr: instret }),
        asm("csrrs", { rd: 9, csr: cycle }),
      ],
      4,
    );
    expect([h.x(8), h.x(9)]).toEqual([2n, 3n]);
  });

  test("an instruction that traps is not retired", () => {
    h.hart.setWide("mtvec", BigInt(ramBase + 4));
    run(
      [asm("ecall"), asm("csrrs", { rd: 8, csr: instret }), asm("csrrs", { rd: 9, csr: cycle })],
      3,
    );
    expect([h.x(8), h.x(9)]).toEqual([0n, 2n]);
  });

  test.each([mcycle, minstret])(
    "what is written to counter %d is what the next one reads",
    (csr) => {
      h.setX(5, 1000n);
      run(
        [
          asm("csrrw", { rs1: 5, csr }),
          asm("csrrs", { rd: 8, csr }),
          asm("addi"),
          asm("csrrs", { rd: 9, csr }),
        ],
        4,
      );
      expect([h.x(8), h.x(9)]).toEqual([1000n, 1002n]);
    },
  );

  test("time is the guest clock in hundreds of nanoseconds", () => {
    run(
      [...Array.from({ length: 349 }, () => asm("addi")), asm("csrrs", { rd: 8, csr: time })],
      350,
    );
    expect(h.x(8)).toBe(3n);
  });
});

describe("mcountinhibit", () => {
  const stopBoth = [
    asm("csrrwi", { rs1: 5, csr: mcountinhibit }),
    asm("addi"),
    asm("addi"),
    asm("csrrs", { rd: 8, csr: cycle }),
    asm("csrrs", { rd: 9, csr: instret }),
  ];

  test("keeps the bits of cycle, instret and the sixteen event counters", () => {
    expect(h.write(mcountinhibit, -1n)).toBe(0x7fffdn);
    expect(h.write(mcountinhibit, 0n)).toBe(0n);
  });

  test("stops both counters behind the instruction that sets it", () => {
    run(stopBoth, 5);
    expect([h.x(8), h.x(9)]).toEqual([1n, 1n]);
  });

  test("lets them go on where they stood", () => {
    run(
      [
        ...stopBoth,
        asm("csrrci", { rs1: 4, csr: mcountinhibit }),
        asm("csrrs", { rd: 10, csr: cycle }),
        asm("csrrs", { rd: 11, csr: instret }),
      ],
      8,
    );
    expect([h.x(8), h.x(10), h.x(11)]).toEqual([1n, 1n, 2n]);
  });

  test.each([mcycle, minstret])("lets counter %d be written while it stands", (csr) => {
    h.setX(5, 1000n);
    run(
      [
        asm("csrrwi", { rs1: 5, csr: mcountinhibit }),
        asm("csrrw", { rs1: 5, csr }),
        asm("addi"),
        asm("csrrs", { rd: 8, csr }),
        asm("csrrwi", { csr: mcountinhibit }),
        asm("csrrs", { rd: 9, csr }),
      ],
      6,
    );
    expect([h.x(8), h.x(9)]).toEqual([1000n, 1000n]);
  });
});

describe("who may read a counter", () => {
  const counters = { cycle: 0, time: 1, instret: 2, hpmcounter3: 3 };
  const number = { cycle, time, instret, hpmcounter3 };
  const cases = Object.entries(counters).flatMap(([name, bit]) =>
    [false, true].flatMap((byMachine) =>
      [false, true].map(
        (bySupervisor) => [name as keyof typeof number, bit, byMachine, bySupervisor] as const,
      ),
    ),
  );
  test.each(cases)(
    "%s (bit %d), mcounteren %s, scounteren %s",
    (name, bit, byMachine, bySupervisor) => {
      h.hart.setWide("mcounteren", byMachine ? 1n << BigInt(bit) : ~(1n << BigInt(bit)));
      h.hart.setWide("scounteren", bySupervisor ? 1n << BigInt(bit) : ~(1n << BigInt(bit)));
      const mayRead = (privilege: number) => {
        h.setPrivilege(privilege);
        return h.read(number[name]) !== undefined;
      };
      expect(mayRead(machine)).toBe(true);
      expect(mayRead(supervisor)).toBe(byMachine);
      expect(mayRead(user)).toBe(byMachine && bySupervisor);
    },
  );
});
