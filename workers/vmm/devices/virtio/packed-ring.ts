import type { GuestPhysicalAddress } from "../../base/units.ts";
import { ChainBuilder, descriptorFlag as flag } from "./descriptor-chain.ts";
import type { RingFormat, RingPosition, Rings } from "./ring-format.ts";
import { descriptorBytes, type RingMemory } from "./ring-memory.ts";

const availableFlag = 1 << 7;
const usedFlag = 1 << 15;
const wrapBit = 1 << 15;
const events = { enabled: 0, disabled: 1, atDescriptor: 2 } as const;

/**
 * Packed virtqueues (virtio 1.2, 2.8): one ring that both sides write.
 *
 * ```
 * descriptor:        u64 address, u32 bytes, u16 buffer id, u16 flags
 * event suppression: u16 descriptor (bit 15: lap), u16 0 enabled | 1 disabled | 2 at the descriptor
 * ```
 * Each side has a mark that it inverts with each lap. A descriptor is available when its flag
 * `available` is the driver's mark and `used` is not; the device sets both to its own mark to give a
 * buffer back. A buffer takes as many entries as its chain has descriptors; its id stands in the last.
 */
export const packedRing: RingFormat = {
  take(rings) {
    const { words, size, position } = rings;
    const chain = new ChainBuilder(words.memory);
    for (let slots = 1; ; slots++) {
      const descriptor = words.descriptor(entryAddress(rings, position.nextAvailable + slots - 1));
      if (descriptor === undefined) return "broken";
      const { address, bytes, halves } = descriptor;
      const [id, flags] = halves;
      // Only the first one's flags say that the chain is there: the driver writes them last.
      if (slots === 1 && !isAvailable(flags, position.availableWrap)) return "none";
      if (position.inUse + slots > size) return "broken";
      if ((flags & flag.indirect) !== 0) {
        const isAlone = slots === 1 && (flags & flag.next) === 0;
        if (!isAlone || !addTable(chain, words, address, bytes)) return "broken";
      } else if (!chain.add(address, bytes, (flags & flag.write) !== 0)) {
        return "broken";
      }
      if ((flags & flag.next) !== 0) continue;
      const isNextLap = position.nextAvailable + slots >= size;
      position.nextAvailable = (position.nextAvailable + slots) % size;
      if (isNextLap) position.availableWrap = !position.availableWrap;
      return chain.finish({ head: id, slots });
    }
  },

  askForMore({ words, used, hasEventIndex, position }) {
    if (!hasEventIndex) return;
    words.setHalf(used, position.nextAvailable | (position.availableWrap ? wrapBit : 0));
    words.setHalf(used + 2, events.atDescriptor);
  },

  give(rings, { head, slots }, written) {
    const { words, size, position } = rings;
    const before = { ...position };
    const at = entryAddress(rings, before.nextUsed);
    const marks = before.usedWrap ? availableFlag | usedFlag : 0;
    position.nextUsed = (before.nextUsed + slots) % size;
    if (before.nextUsed + slots >= size) position.usedWrap = !before.usedWrap;
    const isWritten =
      words.setPair(at + 8, written, head) &&
      words.setHalf(at + 14, marks | (written > 0 ? flag.write : 0));
    if (!isWritten) return "broken";
    return wantsInterrupt(rings, before, slots) ? "interrupt" : "silence";
  },
};

function entryAddress({ descriptors, size }: Rings, index: number): GuestPhysicalAddress {
  return descriptors + descriptorBytes * (index % size);
}

function isAvailable(flags: number, mark: boolean): boolean {
  return ((flags & availableFlag) !== 0) === mark && ((flags & usedFlag) !== 0) !== mark;
}

/** The descriptors of an indirect table follow each other; their ids and links mean nothing. */
function addTable(
  chain: ChainBuilder,
  words: RingMemory,
  table: GuestPhysicalAddress,
  bytes: number,
): boolean {
  if (bytes === 0 || bytes % descriptorBytes !== 0) return false;
  for (let offset = 0; offset < bytes; offset += descriptorBytes) {
    const descriptor = words.descriptor(table + offset);
    if (descriptor === undefined) return false;
    const [, flags] = descriptor.halves;
    if ((flags & flag.indirect) !== 0) return false;
    const isWritable = (flags & flag.write) !== 0;
    if (!chain.add(descriptor.address, descriptor.bytes, isWritable)) return false;
  }
  return true;
}

function wantsInterrupt(rings: Rings, before: RingPosition, slots: number): boolean {
  const { words, size, available, hasEventIndex } = rings;
  const wanted = words.half(available + 2) ?? events.enabled;
  if (!hasEventIndex || wanted !== events.atDescriptor) return wanted !== events.disabled;
  const event = words.half(available) ?? 0;
  const isThisLap = ((event & wrapBit) !== 0) === before.usedWrap;
  const descriptor = (event & ~wrapBit) + (isThisLap ? 0 : size);
  return before.nextUsed <= descriptor && descriptor < before.nextUsed + slots;
}
