import {
  argument,
  type SbiExtension,
  type SbiResult,
  sbiError,
  sbiFailure,
  sbiSuccess,
} from "./sbi-extension.ts";
import { readHartMask } from "./sbi-hart-mask.ts";
import type { SbiHart, TranslationFence } from "./sbi-ports.ts";

const fenceInstructions = 0;
const fenceTranslationsOfAsid = 2;
const pageBits = 12n;
/** Of more pages than these all are dropped: looking for each would take as long as filling some again. */
const mostPages = 64n;

/**
 * Remote fences (SBI 2.0, chapter 8). A fence of a long range drops what an address space has, or all: more
 * than was asked is allowed. The fences for hypervisors are not supported: harts have no H extension.
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
    if (functionId === fenceInstructions) {
      for (const target of targets) target.flushInstructions();
    } else {
      const fence = readFence(hart, functionId === fenceTranslationsOfAsid);
      for (const target of targets) target.flushTranslations(fence);
    }
    return sbiSuccess();
  }
}

/** `start_addr`, `size` and `asid` of the call. */
function readFence(caller: SbiHart, hasSpace: boolean): TranslationFence {
  const [start, size] = [wide(caller, argument.a2), wide(caller, argument.a3)];
  const space = hasSpace ? { space: wide(caller, argument.a4) } : {};
  const first = start >> pageBits;
  const end = (start + size + (1n << pageBits) - 1n) >> pageBits;
  // All of it is meant where both are 0, and by a size of -1, which is too long in any case.
  if (size === 0n || end - first > mostPages) return space;
  return { ...space, pages: { first: first << pageBits, count: Number(end - first) } };
}

function wide(hart: SbiHart, register: number): bigint {
  return (BigInt(hart.xHigh(register)) << 32n) | BigInt(hart.x(register));
}
