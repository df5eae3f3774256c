import type { FinisherRequest } from "../devices/test-finisher.ts";
import { argument } from "./sbi-extension.ts";
import type { SbiConsole, SbiHart, SbiMachine, SbiTimer } from "./sbi-ports.ts";

const legacy = { setTimer: 0, putCharacter: 1, getCharacter: 2, clearIpi: 3, shutdown: 8 } as const;

/**
 * The calls of SBI 0.1 (SBI 2.0, chapter 5) that teaching kernels and early consoles still use. Each
 * is an extension of its own and gives back one value, in `a0`; `a1` stays as it is.
 *
 * The remote fences and `send_ipi` are left out: they take the hart mask by *virtual* address.
 */
export class SbiLegacy {
  readonly #timer: SbiTimer;
  readonly #console: SbiConsole;
  readonly #stop: (request: FinisherRequest) => void;

  constructor(machine: SbiMachine) {
    this.#timer = machine.timer;
    this.#console = machine.console;
    this.#stop = (request) => machine.stop(request);
  }

  has(extension: number): boolean {
    return Object.values<number>(legacy).includes(extension);
  }

  /** The value for `a0`, `undefined` for a call that does not return. */
  call(hart: SbiHart, extension: number): number | undefined {
    switch (extension) {
      case legacy.setTimer:
        this.#timer.setCompare(hart.id, hart.x(argument.a0), hart.xHigh(argument.a0));
        return 0;
      case legacy.putCharacter:
        this.#console.write(hart.x(argument.a0) & 0xff);
        return 0;
      case legacy.getCharacter:
        return this.#console.takeInput() ?? -1;
      case legacy.clearIpi:
        hart.clearSoftware();
        return 0;
      default:
        this.#stop({ kind: "power-off", code: 0 });
        return undefined;
    }
  }
}
