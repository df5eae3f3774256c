import type { FinisherRequest } from "../devices/test-finisher.ts";
import {
  argument,
  type SbiExtension,
  type SbiResult,
  sbiError,
  sbiFailure,
} from "./sbi-extension.ts";
import type { SbiHart } from "./sbi-ports.ts";

const type = { shutdown: 0, coldReboot: 1, warmReboot: 2 } as const;
const firstVendorType = 0xf000_0000;
const reason = { none: 0, systemFailure: 1 } as const;
const firstPlatformReason = 0xe000_0000;

/** System reset (SBI 2.0, chapter 10). A shutdown because of a system failure has exit status 1. */
export class SbiSrst implements SbiExtension {
  readonly id = 0x5352_5354;
  readonly #stop: (request: FinisherRequest) => void;

  constructor(stop: (request: FinisherRequest) => void) {
    this.#stop = stop;
  }

  call(hart: SbiHart, functionId: number): SbiResult | undefined {
    const resetType = hart.x(argument.a0);
    const resetReason = hart.x(argument.a1);
    if (functionId !== 0 || resetType >= firstVendorType) {
      return sbiFailure(sbiError.notSupported);
    }
    const isReasonReserved =
      resetReason > reason.systemFailure && resetReason < firstPlatformReason;
    if (resetType > type.warmReboot || isReasonReserved) {
      return sbiFailure(sbiError.invalidParameter);
    }
    const code = resetReason === reason.none ? 0 : 1;
    this.#stop(resetType === type.shutdown ? { kind: "power-off", code } : { kind: "reboot" });
    return undefined;
  }
}
