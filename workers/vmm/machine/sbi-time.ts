import {
  argument,
  type SbiExtension,
  type SbiResult,
  sbiError,
  sbiFailure,
  sbiSuccess,
} from "./sbi-extension.ts";
import type { SbiHart, SbiTimer } from "./sbi-ports.ts";

/** Timer extension (SBI 2.0, chapter 6). */
export class SbiTime implements SbiExtension {
  readonly id = 0x5449_4d45;
  readonly #timer: SbiTimer;

  constructor(timer: SbiTimer) {
    this.#timer = timer;
  }

  call(hart: SbiHart, functionId: number): SbiResult {
    if (functionId !== 0) {
      return sbiFailure(sbiError.notSupported);
    }
    this.#timer.setCompare(hart.id, hart.x(argument.a0), hart.xHigh(argument.a0));
    return sbiSuccess();
  }
}
