import { SbiBase } from "./sbi-base.ts";
import { SbiDbcn } from "./sbi-dbcn.ts";
import {
  argument,
  readArgument,
  type SbiExtension,
  sbiError,
  sbiFailure,
} from "./sbi-extension.ts";
import { SbiHsm } from "./sbi-hsm.ts";
import { SbiIpi } from "./sbi-ipi.ts";
import { SbiLegacy } from "./sbi-legacy.ts";
import { SbiPmu } from "./sbi-pmu.ts";
import type { SbiHart, SbiMachine } from "./sbi-ports.ts";
import { SbiRfence } from "./sbi-rfence.ts";
import { SbiSrst } from "./sbi-srst.ts";
import { SbiTime } from "./sbi-time.ts";

/**
 * The monitor's own supervisor binary interface, version 2.0: what an S-mode kernel finds below it
 * when no firmware runs in M-mode.
 *
 * Extensions: BASE, TIME, IPI, RFENCE, HSM, SRST, DBCN, PMU and some of SBI 0.1. The SBI keeps no state:
 * what a call changes is a hart's, the timer's or the machine's.
 */
export class Sbi {
  readonly #extensions: ReadonlyMap<number, SbiExtension>;
  readonly #legacy: SbiLegacy;
  readonly #machine: SbiMachine;

  constructor(machine: SbiMachine) {
    const { harts, memory } = machine;
    const all: readonly SbiExtension[] = [
      new SbiBase((id) => this.#extensions.has(id) || this.#legacy.has(id)),
      new SbiTime(machine.timer),
      new SbiIpi(harts),
      new SbiRfence(harts),
      new SbiHsm(harts, memory),
      new SbiSrst((request) => machine.stop(request)),
      new SbiDbcn(machine.console, memory),
      new SbiPmu(),
    ];
    this.#extensions = new Map(all.map((extension) => [extension.id, extension]));
    this.#legacy = new SbiLegacy(machine);
    this.#machine = machine;
  }

  /**
   * Hands the machine over to an S-mode kernel as firmware does: no timer is due. Call it once, when
   * the machine is switched on or reset, not when it is restored.
   */
  handOver(): void {
    for (const hart of this.#machine.harts) {
      this.#machine.timer.setCompare(hart.id, 0xffff_ffff, 0xffff_ffff);
    }
  }

  /** Serves the `ecall` of a hart in S-mode. Hostile arguments become error codes. */
  call(hart: SbiHart): void {
    const id = readArgument(hart, argument.a7);
    this.#machine.onCall?.(id, readArgument(hart, argument.a6));
    if (this.#legacy.has(id)) {
      const value = this.#legacy.call(hart, id);
      if (value !== undefined) {
        setSigned(hart, argument.a0, value);
      }
      return;
    }
    const extension = this.#extensions.get(id);
    const functionId = readArgument(hart, argument.a6);
    const result =
      extension === undefined
        ? sbiFailure(sbiError.notSupported)
        : extension.call(hart, functionId);
    if (result !== undefined) {
      setSigned(hart, argument.a0, result.error);
      setSigned(hart, argument.a1, result.value);
    }
  }
}

function setSigned(hart: SbiHart, register: number, value: number): void {
  hart.setX(register, value >>> 0, Math.floor(value / 2 ** 32) >>> 0);
}
