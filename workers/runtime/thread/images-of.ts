import type { ThreadStart } from "./thread-protocol.ts";

/**
 * The buffers that may move to the thread instead of being copied: those that hold an image and
 * nothing else. The caller's images are empty afterwards.
 */
export function imagesOf({ config, disks }: ThreadStart): ArrayBuffer[] {
  const { firmware, kernel, initrd, deviceTree } = config.boot;
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
