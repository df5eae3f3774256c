/** Guest memory for a debugger: through a hart's page table, or physical; no device is asked. */

import { romBase } from "../base/memory-map.ts";
import type { Bytes, GuestPhysicalAddress } from "../base/units.ts";
import type { Hart } from "../hart/hart.ts";
import { machine, mstatus } from "../hart/privilege.ts";
import { isFullLength } from "../isa/decoder.ts";
import { disassemble } from "../isa/disassembler.ts";
import type { GuestRam } from "../memory/guest-ram.ts";
import { pageBytes } from "../memory/layout.ts";
import type { DebugInstruction, DebugMapping } from "./debug-port.ts";
import { listMappings, walkGuest } from "./guest-walk.ts";

export class DebugMemory {
  readonly #harts: readonly Hart[];
  readonly #ram: GuestRam;

  constructor(harts: readonly Hart[], ram: GuestRam) {
    this.#harts = harts;
    this.#ram = ram;
  }

  translate(index: number, address: bigint): GuestPhysicalAddress | undefined {
    const hart = this.#harts[index];
    if (hart === undefined) return undefined;
    if (dataPrivilege(hart) === machine) return Number(address);
    return walkGuest(hart.wide("satp"), address, this.#readEntry);
  }

  read(hart: number, address: bigint, bytes: Bytes): Uint8Array {
    const result = new Uint8Array(bytes);
    let done = 0;
    while (done < bytes) {
      const at = BigInt.asUintN(64, address + BigInt(done));
      const inPage = Number(at & BigInt(pageBytes - 1));
      const physical = this.translate(hart, at);
      const wanted = Math.min(bytes - done, pageBytes - inPage);
      if (physical === undefined) break;
      const piece = this.readPhysical(physical, wanted);
      result.set(piece, done);
      done += piece.length;
      if (piece.length < wanted) break;
    }
    return result.subarray(0, done);
  }

  write(hart: number, address: bigint, bytes: Uint8Array): boolean {
    const pieces: { physical: GuestPhysicalAddress; content: Uint8Array }[] = [];
    for (let done = 0; done < bytes.length; ) {
      const at = BigInt.asUintN(64, address + BigInt(done));
      const physical = this.translate(hart, at);
      const length = Math.min(bytes.length - done, pageBytes - Number(at & BigInt(pageBytes - 1)));
      if (physical === undefined || !this.#isRam(physical, length)) return false;
      pieces.push({ physical, content: bytes.subarray(done, done + length) });
      done += length;
    }
    return pieces.every(({ physical, content }) => this.writePhysical(physical, content));
  }

  readPhysical(address: GuestPhysicalAddress, bytes: Bytes): Uint8Array {
    const ram = this.#ram;
    const result = new Uint8Array(bytes);
    if (ram.read(address, result)) return result;
    const rom = ram.rom;
    if (rom && address >= romBase && address < romBase + pageBytes) {
      return rom.slice(address - romBase, address - romBase + bytes);
    }
    const left = ram.base + ram.bytes - address;
    return left > 0 && left < bytes ? this.readPhysical(address, left) : result.subarray(0, 0);
  }

  writePhysical(address: GuestPhysicalAddress, bytes: Uint8Array): boolean {
    return this.#ram.write(address, bytes);
  }

  mappings(hart: number): Iterable<DebugMapping> {
    return listMappings(this.#harts[hart]?.wide("satp") ?? 0n, this.#readEntry);
  }

  disassemble(hart: number, address: bigint): DebugInstruction | undefined {
    const [low, second, third, high] = this.read(hart, address, 4);
    if (low === undefined || second === undefined) return undefined;
    if (!isFullLength(low)) {
      const bits = low | (second << 8);
      return { bits, bytes: 2, text: disassemble(bits, address) };
    }
    if (third === undefined || high === undefined) return undefined;
    const bits = (low | (second << 8) | (third << 16) | (high << 24)) >>> 0;
    return { bits, bytes: 4, text: disassemble(bits, address) };
  }

  readonly #readEntry = (address: GuestPhysicalAddress): bigint | undefined => {
    const bytes = this.readPhysical(address, 8);
    return bytes.length < 8 ? undefined : new DataView(bytes.buffer).getBigUint64(0, true);
  };

  #isRam(address: GuestPhysicalAddress, bytes: Bytes): boolean {
    const { base, bytes: size } = this.#ram;
    return address >= base && address + bytes <= base + size;
  }
}

/** The privilege that loads and stores act with (`MPRV`). */
function dataPrivilege(hart: Hart): number {
  const status = hart.wide("mstatus");
  const privilege = hart.get("privilege");
  if (privilege !== machine || (status & mstatus.mprv) === 0n) return privilege;
  return Number((status >> 11n) & 3n);
}
