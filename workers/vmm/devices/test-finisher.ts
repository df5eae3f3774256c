import type { Bytes } from "../base/units.ts";
import type { AccessWidth, Device } from "../bus/device.ts";

/** What the guest asked for: `code` is what QEMU's process would exit with. */
export type FinisherRequest =
  | { readonly kind: "power-off"; readonly code: number }
  | { readonly kind: "reboot" };

/** What a finisher is attached to. */
export interface TestFinisherResources {
  readonly name: string;
  readonly onStop: (request: FinisherRequest) => void;
}

const fail = 0x3333;
const pass = 0x5555;
const reset = 0x7777;

/**
 * SiFive test finisher: how a guest ends its machine.
 *
 * ```
 * 0x0  write-only, 2 or 4 bytes   bits 15:0  0x5555 pass | 0x3333 fail | 0x7777 reset
 *                                 bits 31:16 exit code of a fail
 * ```
 * It has no state. A process' exit status has 8 bits, so of a fail's code the low 8 remain.
 */
export class TestFinisher implements Device<Record<string, never>> {
  readonly name: string;
  readonly #onStop: (request: FinisherRequest) => void;

  constructor(resources: TestFinisherResources) {
    this.name = resources.name;
    this.#onStop = resources.onStop;
  }

  static restore(resources: TestFinisherResources, _state: Record<string, never>): TestFinisher {
    return new TestFinisher(resources);
  }

  read(_offset: Bytes, _width: AccessWidth): number {
    return 0;
  }

  write(offset: Bytes, width: AccessWidth, value: number): void {
    if (offset !== 0 || width === 1) {
      return;
    }
    switch (value & 0xffff) {
      case pass:
        this.#onStop({ kind: "power-off", code: 0 });
        break;
      case fail:
        this.#onStop({ kind: "power-off", code: (value >>> 16) & 0xff });
        break;
      case reset:
        this.#onStop({ kind: "reboot" });
        break;
    }
  }

  reset(): void {}

  save(): Record<string, never> {
    return {};
  }
}
