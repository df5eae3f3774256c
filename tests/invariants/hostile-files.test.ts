import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildDeviceTree } from "../../workers/vmm/machine/device-tree.ts";
import {
  type BootConfig,
  Failure,
  type Machine,
  type MachineConfig,
  type MachineResources,
} from "../../workers/vmm/mod.ts";
import { linuxImageFile } from "../contracts/support/linux-image-file.ts";
import { elfPath } from "../guests/guests.ts";
import { bareMetal, recordedConsole, smallMonitor } from "../support/run-guest.ts";

/** Every file and every number that a machine is made of: a machine, or a `Failure` with advice. */
const monitor = smallMonitor();
const ramBytes = 2 ** 23;
const quiet = (): MachineResources => ({ console: recordedConsole().sink, disks: new Map() });
const elf = new Uint8Array(readFileSync(elfPath("hello")));
const elfView = new DataView(elf.buffer);
const elfHeaderBytes = 64;
const sectionTable = Number(elfView.getBigUint64(40, true));

/** @returns the code of the failure, if it was one */
function attempt(config: MachineConfig, resources = quiet(), steps = 200): string | undefined {
  let machine: Machine;
  try {
    machine = monitor.createMachine(config, resources);
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    expect(failure.code).toMatch(/^[a-z0-9-]+$/);
    expect(failure.message).toMatch(/\.$/);
    expect(failure.hint).toMatch(/\.$/);
    return failure.code;
  }
  machine.run(steps);
  machine.dispose();
  return undefined;
}

const boots: Record<string, (file: Uint8Array) => BootConfig> = {
  "kernel of a bare machine": (kernel) => ({ firmware: "none", kernel }),
  "kernel of the built-in firmware": (kernel) => ({ firmware: "sbi", kernel }),
  firmware: (firmware) => ({ firmware, kernel: elf }),
};

describe.each(Object.entries(boots))("an ELF file as %s", (_role, boot) => {
  const codes = (file: Uint8Array) => attempt(bareMetal([], { ramBytes, boot: boot(file) }));

  test("may have any byte of its headers changed", () => {
    const headers = elfHeaderBytes + 56 * elfView.getUint16(56, true);
    const places = [
      ...Array.from({ length: headers }, (_, at) => at),
      ...Array.from({ length: elf.length - sectionTable }, (_, i) => sectionTable + i),
    ];
    for (const at of places) {
      const byte = elf[at] ?? 0;
      for (const changed of new Set([0, 0xff, byte ^ 1, byte ^ 0x80])) {
        elf[at] = changed;
        codes(elf);
      }
      elf[at] = byte;
    }
    expect(attempt(bareMetal(elf))).toBeUndefined();
  });

  test("may be cut anywhere", () => {
    for (let length = 0; length < elf.length; length += length < 512 ? 1 : 97) {
      codes(elf.subarray(0, length));
    }
    expect(codes(elf.subarray(0, elfHeaderBytes - 1))).toBe("elf-truncated");
    expect(codes(elf.subarray(0, 0))).toBe("image-empty");
  });
});

const word = fc.oneof(
  fc.constantFrom(
    0n,
    1n,
    0x40_0000n,
    BigInt(ramBytes),
    2n ** 32n,
    2n ** 53n,
    2n ** 63n,
    2n ** 64n - 1n,
  ),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
);

test("the header of a Linux image may say anything", () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 8, maxLength: 8 }), fc.boolean(), (words, isBare) => {
      const kernel = linuxImageFile({});
      const view = new DataView(kernel.buffer);
      for (const [i, value] of words.entries()) if (i !== 7) view.setBigUint64(8 * i, value, true);
      const firmware = isBare ? "none" : "sbi";
      attempt(bareMetal([], { ramBytes, boot: { firmware, kernel } }));
    }),
    { numRuns: 200 },
  );
});

test("a device tree of one's own may be damaged anywhere, or be none at all", () => {
  const tree = buildDeviceTree({
    ramBytes,
    harts: 2,
    isa: "rv64imac",
    mmuType: "riscv,sv39",
    rngSeed: new Uint8Array(32),
  });
  const damaged = fc
    .tuple(
      fc.array(fc.tuple(fc.oneof(fc.nat(40), fc.nat(tree.length - 1)), fc.nat(255)), {
        maxLength: 8,
      }),
      fc.nat(tree.length),
      fc.boolean(),
    )
    .map(([changes, length, isCut]) => {
      const file = tree.slice();
      for (const [at, byte] of changes) file[at] = byte;
      return isCut ? file.subarray(0, length) : file;
    });
  const trees = fc.oneof(damaged, fc.uint8Array({ maxLength: 100 }));
  fc.assert(
    fc.property(trees, fc.constantFrom("none", "sbi"), (deviceTree, firmware) => {
      attempt(
        bareMetal([], { ramBytes, boot: { firmware, kernel: new Uint8Array(64), deviceTree } }),
      );
    }),
    { numRuns: 200 },
  );
  expect(
    attempt(bareMetal(elf, { boot: { firmware: "none", kernel: elf, deviceTree: tree } })),
  ).toBeUndefined();
});

test("an initrd, a kernel or a device tree may have any size", () => {
  const big = new Uint8Array(2 * ramBytes);
  const size = fc.oneof(
    fc.constantFrom(0, 1, 4095, 4096, ramBytes / 2, ramBytes - 1, ramBytes, 2 * ramBytes),
    fc.nat(2 * ramBytes),
  );
  fc.assert(
    fc.property(
      fc.constantFrom("initrd", "kernel", "deviceTree", "firmware"),
      size,
      (role, bytes) => {
        const file = big.subarray(0, bytes);
        const boot = { firmware: "none" as const, kernel: elf, [role]: file };
        attempt(bareMetal([], { ramBytes, boot }));
      },
    ),
    { numRuns: 60 },
  );
});

test("the command line may be any text of any length", () => {
  const lines = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.constant("x".repeat(2 ** 17)),
    fc.constant("\ud800\0\n"),
  );
  fc.assert(
    fc.property(lines, (commandLine) => {
      attempt(bareMetal([], { ramBytes, boot: { firmware: "none", kernel: elf, commandLine } }));
    }),
    { numRuns: 40 },
  );
});

const number = fc.oneof(
  fc.constantFrom(
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    -1,
    0,
    0.5,
    1,
    8,
    9,
  ),
  fc.constantFrom(2 ** 20, 2 ** 20 + 1, 2 ** 22, 2 ** 31, 2 ** 32, 2 ** 53, 1e300, -(2 ** 31)),
  fc.integer(),
  fc.double(),
);

test("every number of a configuration may be any number", () => {
  const fields = fc.constantFrom("ramBytes", "harts", "seed", "slot", "memoryLimitBytes");
  fc.assert(
    fc.property(fields, number, (field, value) => {
      const virtio = [{ kind: "rng" as const, slot: field === "slot" ? value : 0 }];
      const config = { ...bareMetal(elf), virtio, [field]: value };
      const limit = field === "memoryLimitBytes" ? { memoryLimitBytes: value } : {};
      attempt(config, { ...quiet(), ...limit });
    }),
    { numRuns: 300 },
  );
});

test("a disk may say that it has any size", () => {
  fc.assert(
    fc.property(number, fc.boolean(), (bytes, readOnly) => {
      const backend = {
        bytes,
        read: () => undefined,
        write: () => undefined,
        flush: () => undefined,
      };
      const virtio = [{ kind: "block" as const, slot: 0, disk: "disk", readOnly }];
      attempt(bareMetal(elf, { virtio }), { ...quiet(), disks: new Map([["disk", backend]]) });
    }),
    { numRuns: 100 },
  );
});
