import type { Bytes } from "../base/units.ts";
import type { AccessWidth, Device, InterruptLine } from "../bus/device.ts";

/** What a PLIC is attached to. */
export interface PlicResources {
  readonly name: string;
  /** Source numbers, 0 ("no interrupt") included: 96 makes the sources 1 to 95. */
  readonly sources: number;
  /** Hart h has context 2h for M-mode and 2h+1 for S-mode. */
  readonly contexts: number;
  /** Called only when the level of a context's external interrupt changes. */
  readonly onContextLevel: (context: number, asserted: boolean) => void;
  /** A hart has taken a source over, to serve it. */
  readonly onClaim?: (source: number) => void;
}

/** Words of 32 sources each; `enable` has the words of context 0 first, then those of context 1, … */
export interface PlicState {
  readonly priority: readonly number[];
  readonly pending: readonly number[];
  readonly claimed: readonly number[];
  readonly enable: readonly number[];
  readonly threshold: readonly number[];
}

const pendingBase = 0x1000;
const enableBase = 0x2000;
const enableStride = 0x80;
const contextBase = 0x20_0000;
const contextStride = 0x1000;
/** Priorities and thresholds have three bits (QEMU's `virt`: 7 priorities). */
const priorityMask = 7;

/**
 * Platform-level interrupt controller (RISC-V PLIC specification 1.0.0, SiFive's layout).
 *
 * ```
 * 0x000000 + 4s                 priority of source s
 * 0x001000 + 4w                 pending bits of sources 32w … 32w+31, read-only
 * 0x002000 + 0x80c + 4w         enable bits of context c
 * 0x200000 + 0x1000c            threshold of context c
 * 0x200004 + 0x1000c            read: claim; write: complete
 * ```
 * Registers are 4 bytes wide. Of the sources that are pending, enabled, unclaimed and above the
 * threshold, the one with the highest priority wins, then the one with the lowest number.
 */
export class Plic implements Device<PlicState> {
  readonly name: string;
  readonly #contexts: number;
  readonly #words: number;
  readonly #onContextLevel: (context: number, asserted: boolean) => void;
  readonly #onClaim: ((source: number) => void) | undefined;
  readonly #priority: Uint8Array;
  readonly #pending: Uint32Array;
  readonly #claimed: Uint32Array;
  readonly #enable: Uint32Array;
  readonly #threshold: Uint8Array;
  /** What the harts were told last: follows from the registers. */
  readonly #asserted: boolean[];

  constructor(resources: PlicResources) {
    this.name = resources.name;
    this.#contexts = resources.contexts;
    this.#words = Math.ceil(resources.sources / 32);
    this.#onContextLevel = resources.onContextLevel;
    this.#onClaim = resources.onClaim;
    this.#priority = new Uint8Array(resources.sources);
    this.#pending = new Uint32Array(this.#words);
    this.#claimed = new Uint32Array(this.#words);
    this.#enable = new Uint32Array(this.#words * resources.contexts);
    this.#threshold = new Uint8Array(resources.contexts);
    this.#asserted = new Array<boolean>(resources.contexts).fill(false);
  }

  /** Does not drive the context levels: they are part of the harts' own state. */
  static restore(resources: PlicResources, state: PlicState): Plic {
    const plic = new Plic(resources);
    plic.#priority.set(state.priority);
    plic.#pending.set(state.pending);
    plic.#claimed.set(state.claimed);
    plic.#enable.set(state.enable);
    plic.#threshold.set(state.threshold);
    for (let context = 0; context < plic.#contexts; context++) {
      plic.#asserted[context] = plic.best(context) !== 0;
    }
    return plic;
  }

  /** The wire into `source`, 1 to `sources - 1`. */
  line(source: number): InterruptLine {
    if (!Number.isInteger(source) || source < 1 || source >= this.#priority.length) {
      throw new RangeError(`${this.name} has no interrupt source ${source}`);
    }
    return { setLevel: (asserted) => this.#setLevel(source, asserted) };
  }

  read(offset: Bytes, width: AccessWidth): number {
    if (width !== 4 || offset % 4 !== 0) {
      return 0;
    }
    if (offset < pendingBase) {
      return this.#priority[offset / 4] ?? 0;
    }
    if (offset < enableBase) {
      return this.#pending[(offset - pendingBase) / 4] ?? 0;
    }
    if (offset < contextBase) {
      const index = this.#enableIndex(offset);
      return index === undefined ? 0 : (this.#enable[index] ?? 0);
    }
    const context = Math.floor((offset - contextBase) / contextStride);
    switch (offset % contextStride) {
      case 0:
        return this.#threshold[context] ?? 0;
      case 4:
        return context < this.#contexts ? this.#claim(context) : 0;
      default:
        return 0;
    }
  }

  write(offset: Bytes, width: AccessWidth, value: number): void {
    if (width !== 4 || offset % 4 !== 0) {
      return;
    }
    if (offset < pendingBase) {
      if (offset > 0) {
        setIfInside(this.#priority, offset / 4, value & priorityMask);
      }
    } else if (offset >= contextBase) {
      const context = Math.floor((offset - contextBase) / contextStride);
      if (offset % contextStride === 0) {
        setIfInside(this.#threshold, context, value & priorityMask);
      } else if (offset % contextStride === 4 && context < this.#contexts) {
        this.#complete(value);
      }
    } else if (offset >= enableBase) {
      const index = this.#enableIndex(offset);
      if (index !== undefined) {
        this.#enable[index] = value;
      }
    }
    this.#update();
  }

  reset(): void {
    this.#priority.fill(0);
    this.#pending.fill(0);
    this.#claimed.fill(0);
    this.#enable.fill(0);
    this.#threshold.fill(0);
    this.#update();
  }

  save(): PlicState {
    return {
      priority: [...this.#priority],
      pending: [...this.#pending],
      claimed: [...this.#claimed],
      enable: [...this.#enable],
      threshold: [...this.#threshold],
    };
  }

  /**
   * The gateway, as QEMU's: each report of a high level makes the source pending, a low one takes
   * nothing back, and completion does not look at the level again. Guests depend on the latter (xv6
   * leaves the UART's level high, and the specification's gateway would interrupt it for ever), so a
   * device reports its level on each change of its state, not only of the level.
   */
  #setLevel(source: number, asserted: boolean): void {
    const word = source >>> 5;
    const before = this.#pending[word] ?? 0;
    const after = (before | (1 << (source & 31))) >>> 0;
    if (asserted && after !== before) {
      this.#pending[word] = after;
      this.#update();
    }
  }

  #claim(context: number): number {
    const source = this.best(context);
    if (source !== 0) {
      this.#onClaim?.(source);
      const word = source >>> 5;
      const bit = 1 << (source & 31);
      this.#pending[word] = (this.#pending[word] ?? 0) & ~bit;
      this.#claimed[word] = (this.#claimed[word] ?? 0) | bit;
      this.#update();
    }
    return source;
  }

  #complete(source: number): void {
    const word = source >>> 5;
    const claimed = this.#claimed[word];
    if (claimed !== undefined) {
      this.#claimed[word] = claimed & ~(1 << (source & 31));
    }
  }

  #update(): void {
    for (let context = 0; context < this.#contexts; context++) {
      const asserted = this.best(context) !== 0;
      if (asserted !== this.#asserted[context]) {
        this.#asserted[context] = asserted;
        this.#onContextLevel(context, asserted);
      }
    }
  }

  /** The source that a claim by `context` would return, 0 for none. */
  best(context: number): number {
    let best = 0;
    let bestPriority = this.#threshold[context] ?? 0;
    for (let word = 0; word < this.#words; word++) {
      const enabled = this.#enable[context * this.#words + word] ?? 0;
      let candidates = (this.#pending[word] ?? 0) & ~(this.#claimed[word] ?? 0) & enabled;
      while (candidates !== 0) {
        const lowest = candidates & -candidates;
        candidates ^= lowest;
        const source = word * 32 + 31 - Math.clz32(lowest);
        const priority = this.#priority[source] ?? 0;
        if (priority > bestPriority) {
          best = source;
          bestPriority = priority;
        }
      }
    }
    return best;
  }

  #enableIndex(offset: Bytes): number | undefined {
    const context = Math.floor((offset - enableBase) / enableStride);
    const word = (offset % enableStride) / 4;
    return context < this.#contexts && word < this.#words
      ? context * this.#words + word
      : undefined;
  }
}

function setIfInside(registers: Uint8Array, index: number, value: number): void {
  if (index < registers.length) {
    registers[index] = value;
  }
}
