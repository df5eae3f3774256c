import { describe, expect, test } from "vitest";
import type { MachineConfig } from "../../workers/vmm/mod.ts";
import { asm, assemble, type Line, loadConstant } from "../support/assembler.ts";
import { bareMetal } from "../support/run-guest.ts";
import { type HostileRun, Neighbourhood } from "./support/neighbourhood.ts";
import { powerOff, skippingTraps } from "./support/skipping-traps.ts";

/** A guest that only wants to annoy ends by itself or by its budget, and nobody else notices. */
const ramBase = 0x8000_0000;
const clint = 0x0200_0000;
const compare = clint + 0x4000;
const csr = { mstatus: 0x300, mie: 0x304, mtvec: 0x305, satp: 0x180 } as const;

/** Interrupts come back at once, for nobody ever takes their cause away. */
const endlessly = (cause: readonly Line[]) =>
  skippingTraps([
    ...cause,
    ...listen,
    "spin",
    asm("addi", { rd: 9, rs1: 9, imm: 1 }),
    asm("jal", { to: "spin" }),
  ]);

const listen: readonly Line[] = [
  ...loadConstant(5, 0x888),
  asm("csrrs", { rs1: 5, csr: csr.mie }),
  asm("csrrsi", { rs1: 8, csr: csr.mstatus }),
];

const store = (mnemonic: "sb" | "sw" | "sd", address: number, value: number | bigint) => [
  ...loadConstant(5, address),
  ...loadConstant(6, value),
  asm(mnemonic, { rs1: 5, rs2: 6 }),
];

/** The UART says that it has room, at priority 7 to hart 0 in M-mode, and nobody completes it. */
const uartInterrupt = (claims: boolean) => [
  ...store("sw", 0x0c00_0000 + 4 * 10, 7),
  ...store("sw", 0x0c00_2000, 1 << 10),
  ...store("sb", 0x1000_0001, 2),
  ...(claims ? [...loadConstant(5, 0x0c20_0004), asm("lw", { rd: 6, rs1: 5 })] : []),
];

const flood = (bytes: number): Line[] => [
  ...loadConstant(8, 0x1000_0000),
  ...loadConstant(9, bytes),
  "flood",
  asm("sb", { rs1: 8, rs2: 9 }),
  asm("addi", { rd: 9, rs1: 9, imm: -1 }),
  asm("bne", { rs1: 9, to: "flood" }),
];

const forEver = (...lines: Line[]): Line[] => ["again", ...lines, asm("jal", { to: "again" })];

const srst: Line[] = [
  ...loadConstant(17, 0x5352_5354),
  ...loadConstant(16, 0),
  asm("addi", { rd: 20, rs1: 20, imm: 1 }),
  asm("andi", { rd: 10, rs1: 20, imm: 7 }),
  asm("srli", { rd: 11, rs1: 20, imm: 3 }),
  asm("ecall"),
];

/** Rewrites the instructions on both sides of a page's end and runs across it. */
const edge = ramBase + 0x1_0000;
const rewriting: Line[] = [
  ...loadConstant(8, edge),
  ...loadConstant(9, 0x0505_0001),
  ...loadConstant(18, 0x0000_8067),
  asm("sw", { rs1: 8, rs2: 18, imm: 2 }),
  "again",
  // `addi x10, x10, …` in two halves, or two compressed ones: never the same twice.
  asm("addi", { rd: 19, rs1: 19, imm: 1 }),
  asm("slli", { rd: 20, rs1: 19, imm: 20 }),
  ...loadConstant(21, 0x0005_0513),
  asm("or", { rd: 20, rs1: 20, rs2: 21 }),
  asm("andi", { rd: 22, rs1: 19, imm: 1 }),
  asm("beq", { rs1: 22, to: "store" }),
  ...loadConstant(20, 0x0505_0505),
  "store",
  asm("sh", { rs1: 8, rs2: 20, imm: -2 }),
  asm("srli", { rd: 20, rs1: 20, imm: 16 }),
  asm("sh", { rs1: 8, rs2: 20 }),
  asm("jalr", { rd: 1, rs1: 8, imm: -2 }),
  asm("fence.i"),
  asm("jalr", { rd: 1, rs1: 8, imm: -2 }),
  asm("jal", { to: "again" }),
];

interface Case {
  readonly program: readonly Line[] | Uint8Array;
  readonly changes?: Partial<MachineConfig>;
  readonly steps?: number;
  readonly memoryLimitBytes?: number;
  readonly end: HostileRun["end"];
  readonly consoleBytes?: number;
}

const budget = { kind: "budget" } as const;
const supervisor = (lines: readonly Line[]): Partial<MachineConfig> => ({
  ramBytes: 2 ** 24,
  boot: { firmware: "sbi", kernel: assemble(0x8020_0000, lines) },
});

const cases: Record<string, Case> = {
  "prints a million bytes": {
    program: [...flood(1e6), ...loadConstant(6, 0x5555), ...powerOff(6)],
    steps: 5e6,
    end: { kind: "power-off", code: 0 },
    consoleBytes: 1e6,
  },
  "never sets its timer": { program: endlessly(store("sd", compare, 0)), end: budget },
  "sends itself interrupts": { program: endlessly(store("sw", clint, 1)), end: budget },
  "claims an interrupt and never completes it": {
    program: endlessly(uartInterrupt(true)),
    end: budget,
  },
  "never claims an interrupt": { program: endlessly(uartInterrupt(false)), end: budget },
  "waits with nothing to wait for": { program: forEver(asm("wfi")), end: { kind: "idle" } },
  "waits with an interrupt pending that it does not take": {
    program: [
      ...store("sw", clint, 1),
      ...loadConstant(5, 8),
      asm("csrrs", { rs1: 5, csr: csr.mie }),
      ...forEver(asm("wfi")),
    ],
    end: budget,
  },
  "powers off in a loop": {
    program: [
      ...loadConstant(7, 0x10_0000),
      ...loadConstant(6, 0x5555),
      ...forEver(asm("sw", { rs1: 7, rs2: 6 })),
    ],
    end: { kind: "power-off", code: 0 },
  },
  "reboots in a loop": {
    program: [
      ...loadConstant(7, 0x10_0000),
      ...loadConstant(6, 0x7777),
      ...forEver(asm("sw", { rs1: 7, rs2: 6 })),
    ],
    end: { kind: "reboot" },
  },
  "asks the firmware for every reset there is": {
    program: [],
    changes: supervisor(forEver(...srst)),
    end: { kind: "reboot" },
  },
  "sets the firmware's timer in a loop": {
    program: [],
    changes: supervisor([
      ...loadConstant(17, 0x5449_4d45),
      ...loadConstant(16, 0),
      ...forEver(asm("addi", { rd: 10 }), asm("ecall")),
    ]),
    end: budget,
  },
  "has its trap handler where nothing is": {
    program: [
      ...loadConstant(5, 0x5000_0000),
      asm("csrrw", { rs1: 5, csr: csr.mtvec }),
      asm("ecall"),
    ],
    end: budget,
  },
  "has its trap handler in a device": {
    program: [
      ...loadConstant(5, 0x1000_0000),
      asm("csrrw", { rs1: 5, csr: csr.mtvec }),
      asm("ecall"),
    ],
    end: budget,
  },
  "has a trap handler that traps": {
    program: [
      asm("auipc", { rd: 5 }),
      asm("addi", { rd: 5, rs1: 5, imm: 12 }),
      asm("csrrw", { rs1: 5, csr: csr.mtvec }),
      0xffff_ffff,
    ],
    end: budget,
  },
  "writes rubbish to satp in a loop": {
    program: skippingTraps([
      ...loadConstant(8, 0x9e37_79b9_7f4a_7c15n),
      ...forEver(
        asm("mul", { rd: 9, rs1: 9, rs2: 8 }),
        asm("addi", { rd: 9, rs1: 9, imm: 1 }),
        asm("csrrw", { rs1: 9, csr: csr.satp }),
        asm("sfence.vma"),
        asm("csrrs", { rs1: 9, csr: csr.mstatus }),
        asm("ld", { rd: 10, rs1: 9 }),
        asm("csrrc", { rs1: 9, csr: csr.mstatus }),
      ),
    ]),
    end: budget,
  },
  "rewrites its code on the edge of a page": { program: skippingTraps(rewriting), end: budget },
  "takes more memory than it may have": {
    program: [
      ...loadConstant(8, ramBase + 0x1_0000),
      ...loadConstant(9, 4096),
      ...forEver(asm("sd", { rs1: 8, rs2: 8 }), asm("add", { rd: 8, rs1: 8, rs2: 9 })),
    ],
    memoryLimitBytes: 2 ** 20,
    end: { kind: "guest-memory-exhausted" },
  },
};

describe("the neighbours of a guest do not notice that it", () => {
  test.each(Object.entries(cases))(
    "%s",
    (_what, { program, changes, end, consoleBytes, ...rest }) => {
      const street = new Neighbourhood();
      const run = street.host(bareMetal(program, changes), { steps: 300_000, ...rest });
      expect(run.end).toEqual(end);
      if (consoleBytes !== undefined) expect(run.consoleBytes).toBe(consoleBytes);
      street.close();
    },
  );
});

/** Times of alarms that are far, past, or beyond what a number of nanoseconds can say exactly. */
const times = [
  0n,
  1n,
  10n,
  2n ** 32n,
  2n ** 46n,
  2n ** 52n,
  2n ** 53n,
  2n ** 60n,
  2n ** 63n,
  2n ** 64n - 1n,
];

test.each(times.map((time) => [`0x${time.toString(16)}`, time] as const))(
  "a guest that waits until tick %s, and then for the tick after that, ends",
  (_name, time) => {
    const street = new Neighbourhood();
    const program = skippingTraps([
      ...loadConstant(5, 0x80),
      asm("csrrs", { rs1: 5, csr: csr.mie }),
      ...loadConstant(8, compare),
      ...loadConstant(9, time),
      asm("sd", { rs1: 8, rs2: 9 }),
      asm("wfi"),
      ...forEver(
        asm("csrrs", { rd: 9, csr: 0xc01 }),
        asm("addi", { rd: 9, rs1: 9, imm: 1 }),
        asm("sd", { rs1: 8, rs2: 9 }),
        asm("wfi"),
      ),
    ]);
    const { end } = street.host(bareMetal(program), { steps: 20_000 });
    expect(["budget", "idle"]).toContain(end.kind);
    street.close();
  },
);

test("eight harts that do all of it at once come to the end of their budget", () => {
  const street = new Neighbourhood();
  const perHart: readonly (readonly Line[])[] = [
    [
      ...loadConstant(8, 0x1000_0000),
      "h0",
      asm("sb", { rs1: 8, rs2: 8 }),
      asm("jal", { to: "h0" }),
    ],
    [...listen, ...store("sd", compare + 8, 0), "h1", asm("addi"), asm("jal", { to: "h1" })],
    // Interrupts for everybody.
    [
      ...loadConstant(8, clint),
      ...loadConstant(6, 1),
      "h2",
      ...[0, 4, 8, 12, 16, 20, 24, 28].map((imm) => asm("sw", { rs1: 8, rs2: 6, imm })),
      asm("jal", { to: "h2" }),
    ],
    [...listen, "h3", asm("wfi"), asm("jal", { to: "h3" })],
    [
      ...loadConstant(8, ramBase + 0x1_0000),
      "h4",
      asm("lr.d", { rd: 9, rs1: 8 }),
      asm("sc.d", { rd: 9, rs1: 8, rs2: 8 }),
      asm("jal", { to: "h4" }),
    ],
    ["h5", 0xffff_ffff, asm("jal", { to: "h5" })],
    [
      ...loadConstant(8, ramBase + 0x2_0000),
      "h6",
      asm("sfence.vma"),
      asm("csrrw", { rs1: 8, csr: csr.satp }),
      asm("fence.i"),
      asm("sw", { rs1: 8, rs2: 9 }),
      asm("jalr", { rd: 1, rs1: 8 }),
      asm("jal", { to: "h6" }),
    ],
    [
      ...loadConstant(8, 0x0c20_0004),
      "h7",
      asm("lw", { rd: 9, rs1: 8 }),
      asm("amoadd.w", { rd: 10, rs1: 8, rs2: 9 }),
      asm("jal", { to: "h7" }),
    ],
  ];
  const program = skippingTraps([
    asm("csrrs", { rd: 20, csr: 0xf14 }),
    ...perHart.flatMap((lines, hart) => [
      asm("addi", { rd: 21, imm: hart }),
      asm("bne", { rs1: 20, rs2: 21, to: `after ${hart}` }),
      ...lines,
      `after ${hart}`,
    ]),
  ]);
  const run = street.host(bareMetal(program, { harts: 8 }), { steps: 2e6 });
  expect(run.end).toEqual(budget);
  expect(run.steps).toBe(2e6);
  expect(run.consoleBytes).toBeGreaterThan(100);
  street.close();
});
