import {
  argument,
  readArgument,
  type SbiExtension,
  type SbiResult,
  sbiError,
  sbiFailure,
  sbiSuccess,
} from "./sbi-extension.ts";
import type { SbiHart } from "./sbi-ports.ts";

const specificationVersion = 0x0200_0000;
/** "TRAP" in ASCII: not one of the registered implementations. */
const implementationId = 0x5452_4150;
const implementationVersion = 1;

/** Base extension (SBI 2.0, chapter 4): versions, identity, and which extensions there are. */
export class SbiBase implements SbiExtension {
  readonly id = 0x10;
  readonly #has: (extension: number) => boolean;

  constructor(has: (extension: number) => boolean) {
    this.#has = has;
  }

  call(hart: SbiHart, functionId: number): SbiResult {
    switch (functionId) {
      case 0:
        return sbiSuccess(specificationVersion);
      case 1:
        return sbiSuccess(implementationId);
      case 2:
        return sbiSuccess(implementationVersion);
      case 3:
        return sbiSuccess(this.#has(readArgument(hart, argument.a0)) ? 1 : 0);
      case 4: // mvendorid, marchid, mimpid: 0 means "not said", as the machine's own CSRs do
      case 5:
      case 6:
        return sbiSuccess(0);
      default:
        return sbiFailure(sbiError.notSupported);
    }
  }
}
