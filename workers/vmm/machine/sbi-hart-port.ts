/** A hart as the SBI drives it. */
import type { GuestPhysicalAddress } from "../base/units.ts";
import { csrUpdate } from "../hart/csr-access.ts";
import type { Hart } from "../hart/hart.ts";
import { interrupt, machine, mstatus, supervisor } from "../hart/privilege.ts";
import { stopCodes } from "../hart/stop-codes.ts";
import type { Engine } from "../interpreter/engine.ts";
import { pageBytes } from "../memory/layout.ts";
import type { SbiHart, SbiHartStatus, TranslationFence } from "./sbi-ports.ts";

export interface SbiHartResources {
  readonly engine: Engine;
  readonly isStarted: boolean;
  /** A software interrupt was raised: whoever runs now will want to see it taken. */
  readonly onInterrupt: () => void;
}

export class SbiHartPort implements SbiHart {
  readonly #hart: Hart;
  readonly #engine: Engine;
  readonly #onInterrupt: () => void;
  #status: SbiHartStatus;

  constructor(hart: Hart, { engine, isStarted, onInterrupt }: SbiHartResources) {
    this.#hart = hart;
    this.#status = isStarted ? "started" : "stopped";
    this.#engine = engine;
    this.#onInterrupt = onInterrupt;
  }

  /** What `status` was when the machine was saved. */
  restore(status: SbiHartStatus): void {
    this.#status = status;
  }

  get id(): number {
    return this.#hart.id;
  }
  /** A suspended hart is one that waits: it counts as started again when it executes. */
  get status(): SbiHartStatus {
    return this.#status;
  }
  x(index: number): number {
    return this.#hart.x(index);
  }
  xHigh(index: number): number {
    return this.#hart.xHigh(index);
  }
  setX(index: number, low: number, high: number): void {
    this.#hart.setX(index, low, high);
  }
  readCsr(number: number): bigint {
    return this.#accessCsr(number, 0n, 1, 0);
  }
  writeCsr(number: number, value: bigint): void {
    this.#accessCsr(number, BigInt.asIntN(64, value), 0, 1);
  }
  raiseSoftware(): void {
    this.#hart.setPending(interrupt.supervisorSoftware, true);
    this.#onInterrupt();
  }
  clearSoftware(): void {
    this.#hart.setPending(interrupt.supervisorSoftware, false);
  }
  /** Stores drop the pre-decoded code that they change: nothing is left to flush. */
  flushInstructions(): void {}
  flushTranslations({ space, pages }: TranslationFence): void {
    const { address } = this.#hart;
    if (pages === undefined) {
      if (space === undefined) this.#engine.flush(address);
      else this.#engine.flushSpace(address, space);
      return;
    }
    for (let page = 0; page < pages.count; page++) {
      const at = BigInt.asIntN(64, pages.first + BigInt(page * pageBytes));
      if (space === undefined) this.#engine.flushPage(address, at);
      else this.#engine.flushSpacePage(address, space, at);
    }
  }
  start(pc: GuestPhysicalAddress, opaqueLow: number, opaqueHigh: number): void {
    const hart = this.#hart;
    hart.setNumber("pc", pc);
    hart.set("privilege", supervisor);
    hart.setWide("satp", 0n);
    hart.setWide("mstatus", hart.wide("mstatus") & ~mstatus.sie);
    hart.setX(10, hart.id, 0);
    hart.setX(11, opaqueLow, opaqueHigh);
    this.#engine.flush(hart.address);
    this.#engine.selectContext(hart.address);
    this.#status = "started";
  }
  stop(): void {
    this.#status = "stopped";
    // The machine finds it stopped when it looks which hart can run.
    this.#hart.set("stopRequest", stopCodes.idle);
  }
  suspend(): void {
    if (!this.#hart.hasPendingInterrupt) this.#hart.set("stopRequest", stopCodes.idle);
  }

  #accessCsr(number: number, operand: bigint, reads: 0 | 1, writes: 0 | 1): bigint {
    const hart = this.#hart;
    const privilege = hart.get("privilege");
    hart.set("privilege", machine);
    const { write } = csrUpdate;
    const value = this.#engine.accessCsr(hart.address, number, write, operand, reads, writes);
    hart.set("privilege", privilege);
    this.#engine.selectContext(hart.address);
    return BigInt.asUintN(64, value);
  }
}
