import type { MachineConfig } from "../vmm/mod.ts";

/**
 * The buffers that hold one of a machine's images and nothing else: they may move to another thread
 * instead of being copied, and be freed as soon as the machine has been made, where garbage
 * collection would come to it much later.
 */
export function imageBuffers(
  { firmware, kernel, initrd, deviceTree }: MachineConfig["boot"],
  disks: readonly { readonly bytes: Uint8Array }[] = [],
): ArrayBuffer[] {
  const images = [firmware, kernel, initrd, deviceTree, ...disks.map(({ bytes }) => bytes)];
  const buffers = images.flatMap((image) =>
    image instanceof Uint8Array &&
    image.buffer instanceof ArrayBuffer &&
    image.byteLength === image.buffer.byteLength
      ? [image.buffer]
      : [],
  );
  return [...new Set(buffers)];
}
