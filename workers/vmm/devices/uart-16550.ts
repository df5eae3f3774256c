import type { Bytes } from "../base/units.ts";
import type { AccessWidth, Device, InterruptLine } from "../bus/device.ts";
import type { ConsoleSink } from "./console-sink.ts";

/** What a UART is attached to. */
export interface Uart16550Resources {
  readonly name: string;
  readonly irq: InterruptLine;
  readonly console: ConsoleSink;
}

/** Registers by their names in the data sheet, the receiver's FIFO, and the input queued behind it. */
export interface Uart16550State {
  readonly interruptEnable: number;
  readonly fifoControl: number;
  readonly lineControl: number;
  readonly modemControl: number;
  readonly scratch: number;
  readonly divisor: number;
  /** The "transmitter empty" interrupt waits to be noticed. */
  readonly transmitPending: boolean;
  readonly overrun: boolean;
  /** What the receiver buffer shows without FIFO: the byte that came last, also after it was read. */
  readonly received: number;
  readonly fifo: readonly number[];
  readonly backlog: Uint8Array;
}

const interruptEnables = { received: 1, transmit: 2, lineStatus: 4 } as const;
/** IIR codes in falling priority; a modem status interrupt cannot occur: no modem is attached. */
const causes = { lineStatus: 6, received: 4, timeout: 0xc, transmit: 2, none: 1 } as const;
const fifoEnable = 1;
const clearReceiver = 2;
const clearTransmitter = 4;
const fifoControlKept = 0xc9;
const divisorLatchAccess = 0x80;
const loopback = 0x10;
const lineStatus = { dataReady: 1, overrun: 2, transmitterEmpty: 0x60 } as const;
/** Carrier detect, data set ready, clear to send. */
const modemStatusConnected = 0xb0;
const triggerLevels = [1, 4, 8, 14] as const;
const fifoBytes = 16;

/**
 * 16550A serial port, as QEMU 7.2 has it.
 *
 * ```
 *     read                          write
 * 0   receiver buffer | divisor lo  transmitter | divisor lo    (divisor while LCR bit 7)
 * 1   interrupt enable | divisor hi interrupt enable | divisor hi
 * 2   interrupt identification      FIFO control
 * 3   line control                  line control
 * 4   modem control                 modem control
 * 5   line status                   –
 * 6   modem status                  –
 * 7   scratch                       scratch
 * ```
 * Time does not pass on the wire: a byte written is sent at once, a FIFO below its trigger level has
 * timed out at once, and queued input fills the receiver as soon as there is room. Accesses of any
 * width reach the one register at their offset.
 */
export class Uart16550 implements Device<Uart16550State> {
  readonly name: string;
  readonly #irq: InterruptLine;
  readonly #console: ConsoleSink;
  #interruptEnable = 0;
  #fifoControl = 0;
  #lineControl = 0;
  #modemControl = 0;
  #scratch = 0;
  #divisor = 0;
  #transmitPending = false;
  #overrun = false;
  #received = 0;
  #fifo: number[] = [];
  #backlog: Uint8Array = new Uint8Array(0);

  constructor(resources: Uart16550Resources) {
    this.name = resources.name;
    this.#irq = resources.irq;
    this.#console = resources.console;
    this.#adopt(afterPowerOn);
  }

  /** Does not drive the interrupt line: its level is part of the controller's own state. */
  static restore(resources: Uart16550Resources, state: Uart16550State): Uart16550 {
    const uart = new Uart16550(resources);
    uart.#adopt(state);
    return uart;
  }

  /** Console input: queued behind the FIFO, in order. */
  receive(bytes: Uint8Array): void {
    const backlog = new Uint8Array(this.#backlog.length + bytes.length);
    backlog.set(this.#backlog);
    backlog.set(bytes, this.#backlog.length);
    this.#backlog = backlog;
    this.#refill();
  }

  /** The next input byte, for a console that reads past the registers (SBI). */
  takeInput(): number | undefined {
    const byte = this.#fifo.shift();
    this.#refill();
    this.#update();
    return byte;
  }

  read(offset: Bytes, _width: AccessWidth): number {
    switch (offset) {
      case 0:
        return this.#isDivisorOpen ? this.#divisor & 0xff : this.#readReceiver();
      case 1:
        return this.#isDivisorOpen ? this.#divisor >>> 8 : this.#interruptEnable;
      case 2:
        return this.#readInterruptIdentification();
      case 3:
        return this.#lineControl;
      case 4:
        return this.#modemControl;
      case 5:
        return this.#readLineStatus();
      case 6:
        return this.#modemStatus();
      case 7:
        return this.#scratch;
      default:
        return 0;
    }
  }

  write(offset: Bytes, _width: AccessWidth, value: number): void {
    const byte = value & 0xff;
    switch (offset) {
      case 0:
        if (this.#isDivisorOpen) {
          this.#divisor = (this.#divisor & 0xff00) | byte;
        } else {
          this.#transmit(byte);
        }
        break;
      case 1:
        if (this.#isDivisorOpen) {
          this.#divisor = (this.#divisor & 0xff) | (byte << 8);
        } else {
          this.#writeInterruptEnable(byte & 0xf);
        }
        break;
      case 2:
        this.#writeFifoControl(byte);
        break;
      case 3:
        this.#lineControl = byte;
        break;
      case 4:
        this.#modemControl = byte & 0x1f;
        this.#refill();
        break;
      case 7:
        this.#scratch = byte;
        break;
    }
  }

  reset(): void {
    this.#adopt(afterPowerOn);
    this.#irq.setLevel(false);
  }

  save(): Uart16550State {
    return {
      interruptEnable: this.#interruptEnable,
      fifoControl: this.#fifoControl,
      lineControl: this.#lineControl,
      modemControl: this.#modemControl,
      scratch: this.#scratch,
      divisor: this.#divisor,
      transmitPending: this.#transmitPending,
      overrun: this.#overrun,
      received: this.#received,
      fifo: [...this.#fifo],
      backlog: this.#backlog.slice(),
    };
  }

  #adopt(state: Uart16550State): void {
    this.#interruptEnable = state.interruptEnable;
    this.#fifoControl = state.fifoControl;
    this.#lineControl = state.lineControl;
    this.#modemControl = state.modemControl;
    this.#scratch = state.scratch;
    this.#divisor = state.divisor;
    this.#transmitPending = state.transmitPending;
    this.#overrun = state.overrun;
    this.#received = state.received;
    this.#fifo = [...state.fifo];
    this.#backlog = state.backlog.slice();
  }

  get #isDivisorOpen(): boolean {
    return (this.#lineControl & divisorLatchAccess) !== 0;
  }

  get #isFifoEnabled(): boolean {
    return (this.#fifoControl & fifoEnable) !== 0;
  }

  get #capacity(): Bytes {
    return this.#isFifoEnabled ? fifoBytes : 1;
  }

  get #isLoopback(): boolean {
    return (this.#modemControl & loopback) !== 0;
  }

  #transmit(byte: number): void {
    if (this.#isLoopback) {
      this.#receiveLooped(byte);
    } else {
      this.#console.write(byte);
    }
    this.#transmitPending = true;
    this.#update();
  }

  /** An overrun leaves a FIFO's contents alone, but replaces the single receiver buffer. */
  #receiveLooped(byte: number): void {
    const hasRoom = this.#fifo.length < this.#capacity;
    this.#overrun ||= !hasRoom;
    if (!this.#isFifoEnabled) {
      this.#fifo = [byte];
      this.#received = byte;
    } else if (hasRoom) {
      this.#fifo.push(byte);
    }
  }

  #readReceiver(): number {
    const byte = this.#fifo.shift() ?? (this.#isFifoEnabled ? 0 : this.#received);
    this.#refill();
    this.#update();
    return byte;
  }

  #readLineStatus(): number {
    const status =
      lineStatus.transmitterEmpty |
      (this.#fifo.length > 0 ? lineStatus.dataReady : 0) |
      (this.#overrun ? lineStatus.overrun : 0);
    if (this.#overrun) {
      this.#overrun = false;
      this.#update();
    }
    return status;
  }

  /** In loopback the four modem outputs show as inputs, which is how drivers tell a UART is there. */
  #modemStatus(): number {
    if (!this.#isLoopback) {
      return modemStatusConnected;
    }
    const outputs = this.#modemControl;
    return ((outputs & 0xc) << 4) | ((outputs & 2) << 3) | ((outputs & 1) << 5);
  }

  #readInterruptIdentification(): number {
    const cause = this.#cause();
    if (cause === causes.transmit) {
      this.#transmitPending = false;
      this.#update();
    }
    return cause | (this.#isFifoEnabled ? 0xc0 : 0);
  }

  /** Enabling the transmit interrupt raises it again, even one that IIR has acknowledged before. */
  #writeInterruptEnable(enables: number): void {
    const changed = this.#interruptEnable ^ enables;
    this.#interruptEnable = enables;
    if ((changed & interruptEnables.transmit) !== 0) {
      this.#transmitPending = (enables & interruptEnables.transmit) !== 0;
    }
    if (changed !== 0) {
      this.#update();
    }
  }

  #writeFifoControl(value: number): void {
    const flushes = ((value ^ this.#fifoControl) & fifoEnable) !== 0;
    if (flushes || (value & clearReceiver) !== 0) {
      this.#fifo = [];
    }
    if (flushes || (value & clearTransmitter) !== 0) {
      this.#transmitPending = true;
    }
    this.#fifoControl = value & fifoControlKept;
    this.#refill();
    this.#update();
  }

  #refill(): void {
    if (this.#backlog.length === 0 || this.#isLoopback) {
      return;
    }
    const room = this.#capacity - this.#fifo.length;
    if (room > 0) {
      this.#fifo.push(...this.#backlog.subarray(0, room));
      this.#backlog = this.#backlog.subarray(room);
      this.#received = this.#isFifoEnabled ? this.#received : (this.#fifo[0] ?? 0);
      this.#update();
    }
  }

  #cause(): number {
    const enables = this.#interruptEnable;
    if (this.#overrun && (enables & interruptEnables.lineStatus) !== 0) {
      return causes.lineStatus;
    }
    if (this.#fifo.length > 0 && (enables & interruptEnables.received) !== 0) {
      const isBelowTrigger = this.#isFifoEnabled && this.#fifo.length < this.#triggerLevel();
      return isBelowTrigger ? causes.timeout : causes.received;
    }
    if (this.#transmitPending && (enables & interruptEnables.transmit) !== 0) {
      return causes.transmit;
    }
    return causes.none;
  }

  #triggerLevel(): number {
    return triggerLevels[this.#fifoControl >>> 6] ?? 1;
  }

  #update(): void {
    this.#irq.setLevel(this.#cause() !== causes.none);
  }
}

/** 9600 baud at the input clock of QEMU's `virt`, and OUT2 set, are what QEMU starts with. */
const afterPowerOn: Uart16550State = {
  interruptEnable: 0,
  fifoControl: 0,
  lineControl: 0,
  modemControl: 8,
  scratch: 0,
  divisor: 12,
  transmitPending: false,
  overrun: false,
  received: 0,
  fifo: [],
  backlog: new Uint8Array(0),
};
