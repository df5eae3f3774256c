import type { Bytes, GuestPhysicalAddress } from "../base/units.ts";
import type { GuestMemory } from "../memory/guest-memory.ts";
import {
  argument,
  readArgument,
  type SbiExtension,
  type SbiResult,
  sbiError,
  sbiFailure,
  sbiSuccess,
} from "./sbi-extension.ts";
import type { SbiConsole, SbiHart } from "./sbi-ports.ts";

/** Calls may be partial (the guest calls again), which bounds what one instruction can cost. */
const bytesPerCall: Bytes = 65_536;

/** Debug console (SBI 2.0, chapter 12). Addresses are physical. */
export class SbiDbcn implements SbiExtension {
  readonly id = 0x4442_434e;
  readonly #console: SbiConsole;
  readonly #memory: GuestMemory;

  constructor(console: SbiConsole, memory: GuestMemory) {
    this.#console = console;
    this.#memory = memory;
  }

  call(hart: SbiHart, functionId: number): SbiResult {
    switch (functionId) {
      case 0:
        return this.#transfer(hart, (address, bytes) => this.#write(address, bytes));
      case 1:
        return this.#transfer(hart, (address, bytes) => this.#read(address, bytes));
      case 2:
        this.#console.write(hart.x(argument.a0) & 0xff);
        return sbiSuccess();
      default:
        return sbiFailure(sbiError.notSupported);
    }
  }

  #transfer(
    hart: SbiHart,
    move: (address: GuestPhysicalAddress, bytes: Bytes) => Bytes,
  ): SbiResult {
    const bytes = readArgument(hart, argument.a0);
    const address = readArgument(hart, argument.a1);
    const addressHigh = readArgument(hart, argument.a2);
    const { base, bytes: ramBytes } = this.#memory;
    if (addressHigh !== 0 || address < base || address + bytes > base + ramBytes) {
      return sbiFailure(sbiError.invalidParameter);
    }
    return sbiSuccess(move(address, Math.min(bytes, bytesPerCall)));
  }

  #write(address: GuestPhysicalAddress, bytes: Bytes): Bytes {
    const text = new Uint8Array(bytes);
    this.#memory.read(address, text);
    for (const byte of text) {
      this.#console.write(byte);
    }
    return bytes;
  }

  #read(address: GuestPhysicalAddress, bytes: Bytes): Bytes {
    const input: number[] = [];
    while (input.length < bytes) {
      const byte = this.#console.takeInput();
      if (byte === undefined) {
        break;
      }
      input.push(byte);
    }
    this.#memory.write(address, Uint8Array.from(input));
    return input.length;
  }
}
