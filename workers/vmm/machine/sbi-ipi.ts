import {
  type SbiExtension,
  type SbiResult,
  sbiError,
  sbiFailure,
  sbiSuccess,
} from "./sbi-extension.ts";
import { readHartMask } from "./sbi-hart-mask.ts";
import type { SbiHart } from "./sbi-ports.ts";

/** Inter-processor interrupts (SBI 2.0, chapter 7). */
export class SbiIpi implements SbiExtension {
  readonly id = 0x73_5049;
  readonly #harts: readonly SbiHart[];

  constructor(harts: readonly SbiHart[]) {
    this.#harts = harts;
  }

  call(hart: SbiHart, functionId: number): SbiResult {
    if (functionId !== 0) {
      return sbiFailure(sbiError.notSupported);
    }
    const targets = readHartMask(hart, this.#harts);
    if (targets === undefined) {
      return sbiFailure(sbiError.invalidParameter);
    }
    for (const target of targets) {
      target.raiseSoftware();
    }
    return sbiSuccess();
  }
}
