import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Failure, type MachineConfig } from "../../workers/vmm/mod.ts";
import { elfPath } from "../guests/guests.ts";
import { asm, assemble, loadConstant } from "../support/assembler.ts";
import { bareMetal, recordedConsole, smallMonitor } from "../support/run-guest.ts";

/** Invariant 7: the guest is hostile, and so is the upload: a typed error, one VM's failure at most. */
const monitor = smallMonitor();
const elf = new Uint8Array(readFileSync(elfPath("hello")));
const ramBytes = 2 ** 24;

/** Makes a machine and runs it for a while. @returns the code of the failure, if it was one */
function attempt(config: MachineConfig): string | undefined {
  try {
    const console = recordedConsole().sink;
    const vm = monitor.createMachine(config, { console, disks: new Map() });
    try {
      vm.run(20_000);
    } finally {
      vm.dispose();
    }
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    expect(failure.code).toMatch(/^[a-z0-9-]+$/);
    expect(failure.hint).toMatch(/\.$/);
    return failure.code;
  }
  return undefined;
}

const firmwares = fc.constantFrom("none" as const, "sbi" as const);
const linuxMagic = [..."RSC\u0005"].map((c) => c.charCodeAt(0));

/** Something that begins like an ELF file or a Linux image, and goes on as it likes. */
const almostImage = fc
  .tuple(fc.uint8Array({ minLength: 64, maxLength: 512 }), fc.constantFrom("elf", "linux", "raw"))
  .map(([bytes, kind]) => {
    if (kind === "elf") bytes.set(elf.subarray(0, 20));
    if (kind === "linux") bytes.set(linuxMagic, 56);
    return bytes;
  });

const damagedElf = fc
  .tuple(
    fc.array(fc.tuple(fc.nat(0x200), fc.nat(255)), { minLength: 1, maxLength: 6 }),
    fc.nat(elf.length),
    fc.boolean(),
  )
  .map(([changes, length, isCut]) => {
    const file = elf.slice();
    for (const [at, byte] of changes) file[at] = byte;
    return isCut ? file.subarray(0, length) : file;
  });

test("whatever is uploaded as kernel becomes a machine or a failure with advice", () => {
  fc.assert(
    fc.property(fc.oneof(almostImage, damagedElf), firmwares, (kernel, firmware) => {
      attempt(bareMetal([], { ramBytes, boot: { firmware, kernel } }));
    }),
    { numRuns: 200 },
  );
});

test("whatever is uploaded as firmware or initrd becomes a machine or a failure with advice", () => {
  fc.assert(
    fc.property(fc.oneof(almostImage, damagedElf), fc.boolean(), (file, isFirmware) => {
      const boot = isFirmware
        ? { firmware: file, kernel: elf }
        : { firmware: "none" as const, kernel: elf, initrd: file };
      attempt(bareMetal([], { ramBytes, boot }));
    }),
    { numRuns: 60 },
  );
});

test("the undamaged program is no failure", () => {
  expect(attempt(bareMetal(elf, { ramBytes }))).toBeUndefined();
});

const interesting = fc.oneof(
  fc.constantFrom(0n, 1n, -1n, 0x8000_0000n, 0x8020_0000n, 0x8100_0000n - 1n, 2n ** 63n),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
);
const extensions = [0x10, 0x54494d45, 0x735049, 0x52464e43, 0x48534d, 0x4442434e, 0, 1, 2, 4, 8];

test("no SBI call throws, whatever its arguments", () => {
  const call = fc.tuple(
    fc.oneof(fc.constantFrom(...extensions).map(BigInt), interesting),
    fc.oneof(fc.bigInt({ min: 0n, max: 8n }), interesting),
    fc.array(interesting, { minLength: 6, maxLength: 6 }),
  );
  fc.assert(
    fc.property(fc.array(call, { minLength: 1, maxLength: 12 }), (calls) => {
      const program = calls.flatMap(([extension, functionId, operands]) => [
        ...operands.flatMap((value, i) => loadConstant(10 + i, value)),
        ...loadConstant(16, functionId),
        ...loadConstant(17, extension),
        asm("ecall"),
      ]);
      const kernel = assemble(0x8020_0000, [...program, asm("wfi"), asm("jal", { imm: -4 })]);
      expect(
        attempt(bareMetal([], { ramBytes, boot: { firmware: "sbi", kernel } })),
      ).toBeUndefined();
    }),
    { numRuns: 150 },
  );
});

const windows = [
  0x10_0000, 0x10_1000, 0x200_0000, 0xc00_0000, 0x1000_0000, 0x1000_1000, 0x1000_8000,
];

test("no device access throws, whatever its address, width and value", () => {
  const place = fc.oneof(
    fc.tuple(fc.constantFrom(...windows), fc.nat(0x20_0000)).map(([base, at]) => base + at),
    fc.tuple(fc.constantFrom(...windows), fc.nat(0x100)).map(([base, at]) => base + at),
  );
  const access = fc.tuple(
    fc.constantFrom("lb", "lh", "lw", "ld", "sb", "sh", "sw", "sd"),
    place,
    interesting,
  );
  fc.assert(
    fc.property(fc.array(access, { minLength: 1, maxLength: 30 }), (accesses) => {
      const program = accesses.flatMap(([mnemonic, address, value]) => [
        ...loadConstant(5, address),
        ...loadConstant(7, value),
        asm(mnemonic, { rd: 6, rs1: 5, rs2: 7 }),
      ]);
      // A trap goes on behind the access that caused it.
      const handler = assemble(0x8000_1000, [
        asm("csrrs", { rd: 28, csr: 0x341 }),
        asm("addi", { rd: 28, rs1: 28, imm: 4 }),
        asm("csrrw", { rs1: 28, csr: 0x341 }),
        asm("mret"),
      ]);
      const main = assemble(0x8000_0000, [
        ...loadConstant(5, 0x8000_1000),
        asm("csrrw", { rs1: 5, csr: 0x305 }),
        ...program,
        asm("wfi"),
        asm("jal", { imm: -4 }),
      ]);
      const image = new Uint8Array(0x1000 + handler.length);
      image.set(main);
      image.set(handler, 0x1000);
      const virtio = [{ kind: "rng" as const, slot: 0 }];
      expect(attempt(bareMetal(image, { ramBytes, virtio }))).toBeUndefined();
    }),
    { numRuns: 150 },
  );
});
