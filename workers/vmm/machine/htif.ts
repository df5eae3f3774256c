import type { GuestPhysicalAddress } from "../base/units.ts";
import type { ConsoleSink } from "../devices/console-sink.ts";
import type { FinisherRequest } from "../devices/test-finisher.ts";
import type { GuestMemory } from "../memory/guest-memory.ts";
import type { HtifPlace } from "./find-htif.ts";

/** What the interface is attached to. */
export interface HtifResources extends HtifPlace {
  readonly memory: GuestMemory;
  readonly console: ConsoleSink;
  /** The next byte of console input; `undefined` when there is none. */
  readonly takeInput: () => number | undefined;
  readonly onStop: (request: FinisherRequest) => void;
}

/** What is not in the guest's memory. */
export interface HtifState {
  readonly isReading: boolean;
}

const device = { system: 0, console: 1 } as const;
const consoleCommand = { read: 0, write: 1 } as const;
/** Device and command of a read, and what stands above the byte in the console's answers. */
const readKey = 0x0100n;
const keyThere = 0x100n;
const systemCall = { write: 64, exit: 93 } as const;
const notImplemented = -38n;
const badAddress = -14n;
/** A process' exit status has 8 bits; a failure with a larger number must not look like a pass. */
const largestExitCode = 255;
/** What one write may print: bounds the cost of one command. */
const largestWrite = 65_536n;

/**
 * The host-target interface of Spike: a word of RAM, `tohost`, in which the guest leaves a command,
 * and one, `fromhost`, in which it finds the answer.
 *
 * ```
 * tohost   63:56 device   55:48 command   47:0 payload
 *   device 0, command 0   payload odd: end the run with exit code payload >> 1
 *                         else the address of a system call: number, then arguments, 8 bytes each;
 *                         its result replaces the number (write to the console, and exit)
 *   device 1, command 1   print the payload's low byte
 *   device 1, command 0   read a key: the answer, 256 plus the byte, comes when there is one
 * ```
 * A command is taken by clearing `tohost`; then `fromhost` holds its device, command and answer. Call
 * `poll` after each instruction that may have stored there, and `receive` when there is input.
 */
export class Htif {
  readonly #resources: HtifResources;
  readonly #word = new DataView(new ArrayBuffer(8));
  readonly #wordBytes = new Uint8Array(this.#word.buffer);
  /** The guest waits for a key. */
  #isReading = false;

  constructor(resources: HtifResources) {
    this.#resources = resources;
  }

  save(): HtifState {
    return { isReading: this.#isReading };
  }

  restore({ isReading }: HtifState): void {
    this.#isReading = isReading;
  }

  /** Console input has come: answers a guest that waits for it. */
  receive(): void {
    if (!this.#isReading) return;
    const key = this.#resources.takeInput();
    if (key === undefined) return;
    this.#isReading = false;
    this.#answer(readKey, keyThere | BigInt(key));
  }

  /** Does what stands in `tohost`. */
  poll(): void {
    const { tohost } = this.#resources;
    const command = this.#read(tohost) ?? 0n;
    if (command === 0n) return;
    this.#write(tohost, 0n);
    const answer = this.#perform(
      Number(command >> 56n),
      Number(command >> 48n) & 0xff,
      command & 0xffff_ffff_ffffn,
    );
    if (answer !== undefined) this.#answer(command >> 48n, answer);
  }

  #answer(command: bigint, answer: bigint): void {
    const { fromhost } = this.#resources;
    if (fromhost !== undefined) this.#write(fromhost, (command << 48n) | answer);
  }

  /** @returns the answer, if there is one */
  #perform(to: number, command: number, payload: bigint): bigint | undefined {
    if (to === device.system && command === 0) {
      if (payload & 1n) this.#exit(payload >> 1n);
      else this.#systemCall(Number(payload));
      return 1n;
    }
    if (to === device.console && command === consoleCommand.write) {
      this.#resources.console.write(Number(payload & 0xffn));
      return keyThere | (payload & 0xffn);
    }
    if (to !== device.console || command !== consoleCommand.read) return 0n;
    this.#isReading = true;
    this.receive();
    return undefined;
  }

  #systemCall(at: GuestPhysicalAddress): void {
    const [number, first, second, third] = [0, 8, 16, 24].map((offset) => this.#read(at + offset));
    if (number === undefined || first === undefined) return;
    switch (Number(number)) {
      case systemCall.exit:
        this.#exit(first);
        break;
      case systemCall.write:
        this.#write(at, this.#print(Number(second), third ?? 0n));
        break;
      default:
        this.#write(at, notImplemented);
    }
  }

  /** @returns how much was printed, or an error number */
  #print(from: GuestPhysicalAddress, bytes: bigint): bigint {
    const text = new Uint8Array(Number(bytes < largestWrite ? bytes : largestWrite));
    if (!this.#resources.memory.read(from, text)) return badAddress;
    for (const byte of text) this.#resources.console.write(byte);
    return BigInt(text.length);
  }

  #exit(code: bigint): void {
    const isSmall = code <= BigInt(largestExitCode);
    this.#resources.onStop({ kind: "power-off", code: isSmall ? Number(code) : largestExitCode });
  }

  #read(address: GuestPhysicalAddress): bigint | undefined {
    const isThere = this.#resources.memory.read(address, this.#wordBytes);
    return isThere ? this.#word.getBigUint64(0, true) : undefined;
  }

  #write(address: GuestPhysicalAddress, value: bigint): void {
    this.#word.setBigInt64(0, BigInt.asIntN(64, value), true);
    this.#resources.memory.write(address, this.#wordBytes);
  }
}
