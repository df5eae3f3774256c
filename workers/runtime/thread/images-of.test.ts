import { expect, test } from "vitest";
import { imagesOf } from "./images-of.ts";
import type { ThreadStart } from "./thread-protocol.ts";

const start = (images: Partial<Record<"kernel" | "initrd" | "disk", Uint8Array>>): ThreadStart => ({
  control: new SharedArrayBuffer(4),
  config: {
    ramBytes: 2 ** 20,
    harts: 1,
    time: "virtual",
    seed: 0,
    virtio: [],
    boot: {
      firmware: "sbi",
      ...(images.kernel && { kernel: images.kernel }),
      ...(images.initrd && { initrd: images.initrd }),
    },
  },
  disks: images.disk ? [{ name: "d0", bytes: images.disk }] : [],
  steps: [],
  limits: { instructions: 1, memoryBytes: 1, outputBytes: 1 },
});

test("images that have a buffer of their own move, each buffer once", () => {
  const [kernel, disk] = [new Uint8Array(8), new Uint8Array(16)];
  expect(imagesOf(start({ kernel, initrd: kernel, disk }))).toEqual([kernel.buffer, disk.buffer]);
});

test("a part of a buffer, which others may use, and shared memory stay", () => {
  const kernel = new Uint8Array(8).subarray(1);
  const disk = new Uint8Array(new SharedArrayBuffer(8));
  expect(imagesOf(start({ kernel, disk }))).toEqual([]);
});
