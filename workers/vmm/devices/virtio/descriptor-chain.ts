import type { GuestPhysicalAddress } from "../../base/units.ts";
import type { GuestMemory } from "../../memory/guest-memory.ts";
import type { Segment } from "./segments.ts";

/** One buffer that the driver made available: all of it lies inside RAM. */
export interface DescriptorChain {
  /** The descriptor that the used ring names when the buffer is given back. */
  readonly head: number;
  readonly readable: readonly Segment[];
  readonly writable: readonly Segment[];
}

const descriptorBytes = 16;
const flag = { next: 1, write: 2, indirect: 4 } as const;
/** Descriptors of one chain at the most, those of an indirect table included (QEMU's limit). */
const longestChain = 1024;

/**
 * Parses the chain that starts at `head` of a descriptor table (virtio 1.2, 2.7.5 and 2.7.5.3).
 *
 * `undefined` for anything that a driver must not do: an index beyond its table, a loop, memory
 * outside of RAM, an empty buffer, a readable buffer behind a writable one, an indirect table that
 * is empty, of a broken size, or inside another one.
 */
export function readDescriptorChain(
  memory: GuestMemory,
  table: GuestPhysicalAddress,
  size: number,
  head: number,
): DescriptorChain | undefined {
  const readable: Segment[] = [];
  const writable: Segment[] = [];
  const descriptor = new DataView(new ArrayBuffer(descriptorBytes));
  const bytes = new Uint8Array(descriptor.buffer);
  let from = table;
  let count = size;
  let index = head;
  let isIndirect = false;

  for (let steps = 0; steps <= longestChain; steps++) {
    if (index >= count || !memory.read(from + index * descriptorBytes, bytes)) {
      return undefined;
    }
    const address = descriptor.getUint32(4, true) * 2 ** 32 + descriptor.getUint32(0, true);
    const length = descriptor.getUint32(8, true);
    const flags = descriptor.getUint16(12, true);
    if ((flags & flag.indirect) !== 0) {
      const isMalformed = isIndirect || length === 0 || length % descriptorBytes !== 0;
      if (isMalformed || (flags & flag.next) !== 0) {
        return undefined;
      }
      isIndirect = true;
      from = address;
      count = length / descriptorBytes;
      index = 0;
      continue;
    }
    const isWritable = (flags & flag.write) !== 0;
    const isInOrder = isWritable || writable.length === 0;
    if (!isInOrder || !isInside(memory, address, length)) {
      return undefined;
    }
    (isWritable ? writable : readable).push({ address, bytes: length });
    if ((flags & flag.next) === 0) {
      return { head, readable, writable };
    }
    index = descriptor.getUint16(14, true);
  }
  return undefined;
}

function isInside(memory: GuestMemory, address: GuestPhysicalAddress, length: number): boolean {
  return length > 0 && address >= memory.base && address + length <= memory.base + memory.bytes;
}
