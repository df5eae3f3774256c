import type { Bytes } from "../base/units.ts";
import type { AccessWidth, Device, InterruptLine } from "../bus/device.ts";
import type { ConsoleSink } from "./console-sink.ts";
import { UartReceiver, type UartReceiverState } from "./uart-receiver.ts";

/** What a UART is attached to. */
export interface Uart16550Resources {
  readonly name: string;
  readonly irq: InterruptLine;
  readonly console: ConsoleSink;
}

/** The registers that can be written, and the receiver. */
export interface Uart16550State {
  readonly interruptEnable: number;
  readonly fifoControl: number;
  readonly lineControl: number;
  readonly modemControl: number;
  readonly scratch: number;
  readonly divisor: number;
  /** The "transmitter empty" interrupt waits to be noticed. */
  readonly transmitPending: boolean;
  readonly receiver: UartReceiverState;
}

const interruptEnables = { received: 1, transmit: 2, lineStatus: 4 } as const;
/** IIR codes in falling priority; a modem status interrupt cannot occur: no modem is attached. */
const causes = { lineStatus: 6, timeout: 0xc, received: 4, transmit: 2, none: 1 } as const;
const fifoIdentification = 0xc0;
const fifoControls = { enable: 1, clearReceiver: 2, clearTransmitter: 4, kept: 0xc9 } as const;
const triggerLevels = [1, 4, 8, 14] as const;
const divisorLatchAccess = 0x80;
const loopback = 0x10;
const lineStatus = { dataReady: 1, overrun: 2, transmitterEmpty: 0x60 } as const;
/** Carrier detect, data set ready, clear to send. */
const modemStatusConnected = 0xb0;

/**
 * 16550A serial port, as QEMU 7.2 has it.
 *
 * ```
 *     read                           write
 * 0   receiver buffer | divisor lo   transmitter | divisor lo    (divisor while LCR bit 7)
 * 1   interrupt enable | divisor hi  interrupt enable | divisor hi
 * 2   interrupt identification       FIFO control
 * 3   line control                   line control
 * 4   modem control                  modem control
 * 5   line status                    –
 * 6   modem status                   –
 * 7   scratch                        scratch
 * ```
 * Time does not pass on the wire: a byte written is sent at once, a FIFO below its trigger level has
 * timed out at once, and queued input fills the receiver as soon as there is room. Accesses of any
 * width reach the one register at their offset.
 */
export class Uart16550 implements Device<Uart16550State> {
  readonly name: string;
  readonly #irq: InterruptLine;
  readonly #console: ConsoleSink;
  readonly #receiver = new UartReceiver();
  #interruptEnable = 0;
  #fifoControl = 0;
  #lineControl = 0;
  #modemControl = 0;
  #scratch = 0;
  #divisor = 0;
  #transmitPending = false;

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
    this.#receiver.queue(bytes);
    this.#refill();
  }

  /** The next input byte, for a console that reads past the registers (SBI). */
  takeInput(): number | undefined {
    const byte = this.#receiver.take();
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
      receiver: this.#receiver.save(),
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
    this.#receiver.restore(state.receiver);
  }

  get #isDivisorOpen(): boolean {
    return (this.#lineControl & divisorLatchAccess) !== 0;
  }

  get #isLoopback(): boolean {
    return (this.#modemControl & loopback) !== 0;
  }

  #transmit(byte: number): void {
    if (this.#isLoopback) {
      this.#receiver.loop(byte);
    } else {
      this.#console.write(byte);
    }
    this.#transmitPending = true;
    this.#update();
  }

  #readReceiver(): number {
    const byte = this.#receiver.read();
    this.#refill();
    this.#update();
    return byte;
  }

  #readLineStatus(): number {
    const receiver = this.#receiver;
    const status =
      lineStatus.transmitterEmpty |
      (receiver.length > 0 ? lineStatus.dataReady : 0) |
      (receiver.overrun ? lineStatus.overrun : 0);
    if (receiver.overrun) {
      receiver.overrun = false;
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
    return cause | (this.#receiver.isFifoEnabled ? fifoIdentification : 0);
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

  /** Switching the FIFOs on or off clears both. */
  #writeFifoControl(value: number): void {
    const isSwitched = ((value ^ this.#fifoControl) & fifoControls.enable) !== 0;
    if (isSwitched || (value & fifoControls.clearReceiver) !== 0) {
      this.#receiver.flush();
    }
    if (isSwitched || (value & fifoControls.clearTransmitter) !== 0) {
      this.#transmitPending = true;
    }
    this.#fifoControl = value & fifoControls.kept;
    this.#receiver.enableFifo((value & fifoControls.enable) !== 0);
    this.#refill();
    this.#update();
  }

  /** In loopback the wire is cut off: input stays queued. */
  #refill(): void {
    if (!this.#isLoopback && this.#receiver.refill()) {
      this.#update();
    }
  }

  #cause(): number {
    const enables = this.#interruptEnable;
    const receiver = this.#receiver;
    if (receiver.overrun && (enables & interruptEnables.lineStatus) !== 0) {
      return causes.lineStatus;
    }
    if (receiver.length > 0 && (enables & interruptEnables.received) !== 0) {
      const trigger = triggerLevels[this.#fifoControl >>> 6] ?? 1;
      const isBelowTrigger = receiver.isFifoEnabled && receiver.length < trigger;
      return isBelowTrigger ? causes.timeout : causes.received;
    }
    if (this.#transmitPending && (enables & interruptEnables.transmit) !== 0) {
      return causes.transmit;
    }
    return causes.none;
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
  receiver: new UartReceiver().save(),
};
