import { expect, test } from "vitest";
import { MemoryBlock } from "../../host/block-memory.ts";
import { addWrittenPages, writtenPages } from "./disk-sections.ts";

test("what was written to a disk comes back from its sections, the disk's short last page, too", () => {
  const disk = new MemoryBlock(new Uint8Array(4096 * 2 + 512).fill(7));
  disk.write(8192, new Uint8Array(512).fill(2));
  disk.write(512, new Uint8Array(512).fill(1));
  const sections = new Map<string, Uint8Array>();
  addWrittenPages(sections, "data", disk.written());
  const again = new MemoryBlock(new Uint8Array(4096 * 2 + 512).fill(7));
  again.replaceWritten(writtenPages(sections, "data"));
  const [a, b] = [disk, again].map((one) => {
    const all = new Uint8Array(one.bytes);
    one.read(0, all);
    return all;
  });
  expect(b).toEqual(a);
  expect(() => writtenPages(new Map([["disk.data", new Uint8Array(4096)]]), "data")).toThrow(
    "disk data is cut short",
  );
});
