import type { GuestMemory } from "../memory/guest-memory.ts";
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

const statusCode = { started: 0, stopped: 1, suspended: 4 } as const;
const retentiveSuspend = 0;
const nonRetentiveSuspend = 0x8000_0000;

/**
 * Hart state management (SBI 2.0, chapter 9). Starting and stopping take no time, so the "pending"
 * states never show. Only the default retentive suspend exists: it is `wfi`.
 */
export class SbiHsm implements SbiExtension {
  readonly id = 0x48_534d;
  readonly #harts: readonly SbiHart[];
  readonly #memory: GuestMemory;

  constructor(harts: readonly SbiHart[], memory: GuestMemory) {
    this.#harts = harts;
    this.#memory = memory;
  }

  call(hart: SbiHart, functionId: number): SbiResult | undefined {
    switch (functionId) {
      case 0:
        return this.#start(hart);
      case 1:
        hart.stop();
        return undefined;
      case 2: {
        const target = this.#harts[readArgument(hart, argument.a0)];
        return target === undefined
          ? sbiFailure(sbiError.invalidParameter)
          : sbiSuccess(statusCode[target.status]);
      }
      case 3:
        return suspend(hart);
      default:
        return sbiFailure(sbiError.notSupported);
    }
  }

  #start(caller: SbiHart): SbiResult {
    const target = this.#harts[readArgument(caller, argument.a0)];
    const address = readArgument(caller, argument.a1);
    if (target === undefined) {
      return sbiFailure(sbiError.invalidParameter);
    }
    if (target.status !== "stopped") {
      return sbiFailure(sbiError.alreadyAvailable);
    }
    const { base, bytes } = this.#memory;
    if (address < base || address >= base + bytes || address % 2 !== 0) {
      return sbiFailure(sbiError.invalidAddress);
    }
    target.start(address, caller.x(argument.a2), caller.xHigh(argument.a2));
    return sbiSuccess();
  }
}

function suspend(hart: SbiHart): SbiResult {
  switch (hart.x(argument.a0)) {
    case retentiveSuspend:
      hart.suspend();
      return sbiSuccess();
    case nonRetentiveSuspend:
      return sbiFailure(sbiError.notSupported);
    default:
      return sbiFailure(sbiError.invalidParameter);
  }
}
