import {
  type SbiExtension,
  type SbiResult,
  sbiError,
  sbiFailure,
  sbiSuccess,
} from "./sbi-extension.ts";
import { readHartMask } from "./sbi-hart-mask.ts";
import type { SbiHart } from "./sbi-ports.ts";

const fenceInstructions = 0;
const fenceTranslationsOfAsid = 2;

/**
 * Remote fences (SBI 2.0, chapter 8). A fence of a range flushes everything: more than was asked is
 * allowed. The fences for hypervisors are not supported: harts have no H extension.
 */
export class SbiRfence implements SbiExtension {
  readonly id = 0x5246_4e43;
  readonly #harts: readonly SbiHart[];

  constructor(harts: readonly SbiHart[]) {
    this.#harts = harts;
  }

  call(hart: SbiHart, functionId: number): SbiResult {
    if (functionId > fenceTranslationsOfAsid) {
      return sbiFailure(sbiError.notSupported);
    }
    const targets = readHartMask(hart, this.#harts);
    if (targets === undefined) {
      return sbiFailure(sbiError.invalidParameter);
    }
    for (const target of targets) {
      if (functionId === fenceInstructions) {
        target.flushInstructions();
      } else {
        target.flushTranslations();
      }
    }
    return sbiSuccess();
  }
}
