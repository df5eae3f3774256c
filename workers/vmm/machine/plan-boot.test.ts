import { describe, expect, test } from "vitest";
import { elfFile } from "../../../tests/contracts/support/elf-file.ts";
import { failureCode } from "../../../tests/contracts/support/failure-code.ts";
import { linuxImageFile } from "../../../tests/contracts/support/linux-image-file.ts";
import type { BootConfig } from "./config.ts";
import { planBoot } from "./plan-boot.ts";

const ramBase = 0x8000_0000;
const MiB = 2 ** 20;
const code = Uint8Array.of(1, 2, 3, 4);
const isa = { isa: "rv64imafdc_zicsr_zifencei", mmuType: "riscv,sv39" };

describe("planBoot", () => {
  test("bare metal starts in M-mode in the boot ROM, which jumps to the image", () => {
    const plan = planFor({ firmware: "none", kernel: code });
    expect(plan.segments[0]).toEqual({ role: "kernel", address: ramBase, bytes: code });
    expect(plan).toMatchObject({ startPc: 0x1000, startMode: "machine", a0: 0 });
    expect(plan.rom?.address).toBe(0x1000);
    expect(words(plan.rom?.bytes).slice(6)).toEqual([
      ramBase,
      0,
      0x87e0_0000,
      0,
      0x4942_534f,
      0,
      2,
      0,
      0,
      0,
      1,
      0,
      0,
      0,
      0,
      0,
    ]);
  });

  test("an S-mode kernel starts at its first byte with hart and device tree in a0 and a1", () => {
    const plan = planFor({ firmware: "sbi", kernel: linuxImageFile({}) });
    expect(plan).toMatchObject({
      startPc: ramBase + 2 * MiB,
      startMode: "supervisor",
      a0: 0,
      a1: 0x87e0_0000,
    });
    expect(plan.rom).toBeUndefined();
    expect(plan.segments.map(({ address }) => address)).toEqual([ramBase + 2 * MiB, 0x87e0_0000]);
  });

  test("an S-mode ELF kernel starts at its lowest address, as in QEMU", () => {
    const kernel = elfFile(0x8020_0002, [{ address: 0x8020_0000, bytes: code }]);
    expect(planFor({ firmware: "sbi", kernel }).startPc).toBe(0x8020_0000);
  });

  test("firmware gets the kernel's address in the boot ROM", () => {
    const firmware = new Uint8Array(2 * MiB + 1).fill(1);
    const plan = planFor({ firmware, kernel: code });
    expect(plan.segments.map(({ address }) => address)).toEqual([
      ramBase,
      ramBase + 4 * MiB,
      0x87e0_0000,
    ]);
    expect(words(plan.rom?.bytes)[14]).toBe(ramBase + 4 * MiB);
    expect(planFor({ firmware: code }).startPc).toBe(0x1000);
  });

  test.each([
    [64, 0x8020_0000 + 32 * MiB],
    [1024, 0x8020_0000 + 128 * MiB],
  ])("with %i MiB of RAM the initrd lies where QEMU puts it", (megabytes, address) => {
    const initrd = new Uint8Array(5000).fill(9);
    const plan = planFor({ firmware: "sbi", kernel: linuxImageFile({}), initrd }, megabytes);
    expect(plan.segments[1]).toEqual({ role: "initrd", address, bytes: initrd });
  });

  test("the device tree lies below 3 GiB however large the RAM is", () => {
    expect(planFor({ firmware: "none", kernel: code }, 2048).a1).toBe(0xbfe0_0000);
  });

  test("the device tree tells command line and initrd", () => {
    const initrd = new Uint8Array(5000);
    const boot = { firmware: "sbi" as const, kernel: linuxImageFile({}), initrd };
    const tree = planFor({ ...boot, commandLine: "console=ttyS0" }).segments.at(-1)?.bytes;
    const text = String.fromCharCode(...(tree ?? []));
    expect(text).toContain("console=ttyS0\0");
    expect(text).toContain("linux,initrd-start\0");
  });

  test("the same configuration gives the same bytes, another seed other entropy", () => {
    const boot = { firmware: "none" as const, kernel: code };
    expect(planFor(boot, 128, 1)).toEqual(planFor(boot, 128, 1));
    expect(planFor(boot, 128, 1)).not.toEqual(planFor(boot, 128, 2));
  });

  test.each<[string, BootConfig, string]>([
    ["nothing to start", { firmware: "none" }, "kernel-missing"],
    [
      "an image that is not where the hart starts",
      { firmware: "none", kernel: elfFile(0x8020_0000, [{ address: 0x8020_0000, bytes: code }]) },
      "kernel-not-at-reset",
    ],
    [
      "an S-mode kernel that is where the hart starts in machine mode",
      { firmware: "sbi", kernel: elfFile(0x8000_0000, [{ address: 0x8000_0000, bytes: code }]) },
      "kernel-at-reset",
    ],
    [
      "firmware that is not where the hart starts",
      { firmware: elfFile(0x8020_0000, [{ address: 0x8020_0000, bytes: code }]) },
      "firmware-not-at-reset",
    ],
    [
      "an initrd beyond the end of RAM",
      { firmware: "sbi", kernel: code, initrd: new Uint8Array(64 * MiB) },
      "image-outside-ram",
    ],
    [
      "an initrd over the device tree",
      { firmware: "sbi", kernel: code, initrd: new Uint8Array(61 * MiB) },
      "image-overlap",
    ],
    [
      "a kernel over the initrd",
      { firmware: "sbi", kernel: linuxImageFile({ imageBytes: 65 * MiB }), initrd: code },
      "image-overlap",
    ],
  ])("refuses %s", (_what, boot, expected) => {
    expect(failureCode(() => planFor(boot))).toBe(expected);
  });
});

function planFor(boot: BootConfig, megabytes = 128, seed = 0) {
  const config = { ramBytes: megabytes * MiB, harts: 1, boot, time: "virtual", seed, virtio: [] };
  return planBoot({ ...config, time: "virtual" }, isa);
}

function words(bytes: Uint8Array | undefined): number[] {
  const copy = Uint8Array.from(bytes ?? []);
  return [...new Uint32Array(copy.buffer)];
}
