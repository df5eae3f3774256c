import { expect, test } from "vitest";
import { imageBuffers } from "./image-buffers.ts";

test("images that have a buffer of their own are listed, each buffer once", () => {
  const [kernel, bytes] = [new Uint8Array(8), new Uint8Array(16)];
  const boot = { firmware: "sbi", kernel, initrd: kernel } as const;
  expect(imageBuffers(boot, [{ bytes }])).toEqual([kernel.buffer, bytes.buffer]);
});

test("a part of a buffer, which others may use, and shared memory are not", () => {
  const kernel = new Uint8Array(8).subarray(1);
  const bytes = new Uint8Array(new SharedArrayBuffer(8));
  expect(imageBuffers({ firmware: "sbi", kernel }, [{ bytes }])).toEqual([]);
});
