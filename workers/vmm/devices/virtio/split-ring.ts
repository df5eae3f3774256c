import type { GuestPhysicalAddress } from "../../base/units.ts";
import {
  ChainBuilder,
  type DescriptorChain,
  descriptorFlag as flag,
  longestChain,
} from "./descriptor-chain.ts";
import type { RingFormat, Rings } from "./ring-format.ts";
import { descriptorBytes, type RingMemory } from "./ring-memory.ts";

const headerBytes = 4;
const noInterruptFlag = 1;

/**
 * Split virtqueues (virtio 1.2, 2.7).
 *
 * ```
 * available ring: u16 flags, u16 index, u16 head[size], u16 used_event
 * used ring:      u16 flags, u16 index, { u32 head, u32 bytes }[size], u16 avail_event
 * descriptor:     u64 address, u32 bytes, u16 flags, u16 next
 * ```
 * Ring indices run freely modulo 2^16. An index that runs backwards and more buffers than the queue
 * has descriptors are "broken".
 */
export const splitRing: RingFormat = {
  take({ words, size, descriptors, available, position }) {
    const index = words.half(available + 2);
    if (index === undefined) return "broken";
    const waiting = (index - position.nextAvailable) & 0xffff;
    if (waiting === 0) return "none";
    if (waiting + position.inUse > size) return "broken";
    const head = words.half(available + headerBytes + 2 * (position.nextAvailable % size));
    const chain = head === undefined ? undefined : readChain(words, descriptors, size, head);
    if (chain === undefined) return "broken";
    position.nextAvailable = (position.nextAvailable + 1) & 0xffff;
    return chain;
  },

  askForMore({ words, size, used, hasEventIndex, position }) {
    if (hasEventIndex) words.setHalf(used + headerBytes + 8 * size, position.nextAvailable);
  },

  give(rings, { head }, written) {
    const { words, size, used, position } = rings;
    const before = position.nextUsed;
    position.nextUsed = (before + 1) & 0xffff;
    const isWritten =
      words.setPair(used + headerBytes + 8 * (before % size), head, written) &&
      words.setHalf(used + 2, position.nextUsed);
    if (!isWritten) return "broken";
    return wantsInterrupt(rings, before) ? "interrupt" : "silence";
  },
};

function wantsInterrupt({ words, size, available, hasEventIndex }: Rings, usedBefore: number) {
  if (hasEventIndex) return words.half(available + headerBytes + 2 * size) === usedBefore;
  return ((words.half(available) ?? 0) & noInterruptFlag) === 0;
}

/**
 * Parses the chain that starts at `head` of a descriptor table (2.7.5 and 2.7.5.3).
 *
 * `undefined` for an index beyond its table, a loop, an indirect table that is empty, of a broken
 * size, or inside another one, and for what `ChainBuilder` refuses.
 */
function readChain(
  words: RingMemory,
  table: GuestPhysicalAddress,
  size: number,
  head: number,
): DescriptorChain | undefined {
  const chain = new ChainBuilder(words.memory);
  let from = table;
  let count = size;
  let index = head;
  let isIndirect = false;
  for (let steps = 0; steps <= longestChain; steps++) {
    if (index >= count) return undefined;
    const descriptor = words.descriptor(from + index * descriptorBytes);
    if (descriptor === undefined) return undefined;
    const { address, bytes, halves } = descriptor;
    const [flags, next] = halves;
    if ((flags & flag.indirect) !== 0) {
      const isMalformed = isIndirect || bytes === 0 || bytes % descriptorBytes !== 0;
      if (isMalformed || (flags & flag.next) !== 0) return undefined;
      isIndirect = true;
      from = address;
      count = bytes / descriptorBytes;
      index = 0;
      continue;
    }
    if (!chain.add(address, bytes, (flags & flag.write) !== 0)) return undefined;
    if ((flags & flag.next) === 0) return chain.finish({ head, slots: 1 });
    index = next;
  }
  return undefined;
}
