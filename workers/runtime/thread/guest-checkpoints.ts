/**
 * The checkpoints of one guest, on its thread: when they are due, and what changed since the last.
 *
 * A checkpoint stops the guest for as long as its state takes to be copied. Its pages are not copied:
 * their frames stay as they are until `release`, and the guest gets others where it stores to them.
 */
import type { Instructions, Machine, PageLog } from "../../vmm/mod.ts";
import { captureFrames } from "./captured-frames.ts";
import type { RunCheckpoint } from "./thread-protocol.ts";

/** Of a run without checkpoints, but for the one that it may be asked for. */
const never: Instructions = Number.POSITIVE_INFINITY;

export class GuestCheckpoints {
  readonly #every: Instructions;
  #dueAt: Instructions;
  #dirtied = 0;
  #log: PageLog | undefined;
  /** Written since the last checkpoint that was kept, as far as the log was asked. */
  #changed = new Set<number>();
  /** Whether a checkpoint of this run is kept that the next one can build upon. */
  #hasBase = false;
  /** Whether that is the template's, which may not be there when it is to be built upon. */
  #isOnTemplate = false;
  #image: { release(): void; readonly isWhole: boolean } | undefined;

  constructor(every: Instructions = never) {
    this.#every = every;
    this.#dueAt = every;
  }

  /** The machine is as its last checkpoint says. */
  resume(machine: Machine): void {
    this.#log = machine.ram.openDirtyLog();
    this.#hasBase = true;
    this.plan(machine);
  }

  /** The machine is as the template that it is a clone of. */
  begin(machine: Machine): void {
    this.resume(machine);
    this.#isOnTemplate = true;
  }

  /** Steps until the next one is due. */
  remaining(machine: Machine): Instructions {
    return this.#dueAt - machine.steps;
  }

  /** Whether somebody may still read the last one. */
  get isHeld(): boolean {
    return this.#image !== undefined;
  }

  /** Whether the next one needs all pages, and not only those that were written. */
  get isWholeNext(): boolean {
    return !this.#hasBase;
  }

  /** Pages that were written between the last checkpoint that was taken and the one before. */
  get dirtied(): number {
    return this.#dirtied;
  }

  /** Takes a checkpoint, while none is held. @param own sections of whoever drives the machine */
  take(
    machine: Machine,
    own: ReadonlyMap<string, Uint8Array>,
    consoleBytes: number,
  ): RunCheckpoint {
    this.plan(machine);
    this.#log ??= machine.ram.openDirtyLog();
    const harvest = this.#log.harvest();
    this.#dirtied = harvest.length;
    for (const page of harvest) this.#changed.add(page);
    const isWhole = this.isWholeNext;
    // Pages that a sweep has taken are not there any more, whatever was written to them.
    const changed = Array.from(machine.ram.contents(this.#changed), ({ page }) => page);
    const wanted = isWhole ? undefined : changed.sort((a, b) => a - b);
    const { release, ...frames } = captureFrames(machine, own, wanted);
    this.#image = { release, isWhole };
    return {
      type: "checkpoint",
      isWhole,
      ...frames,
      instructions: machine.retired,
      consoleBytes,
    };
  }

  /** @param isKept whether the next one may build upon it */
  release(isKept: boolean): void {
    if (!this.#image) return;
    const { release, isWhole } = this.#image;
    this.#image = undefined;
    if (isKept) {
      this.#changed.clear();
      this.#hasBase = true;
      this.#isOnTemplate = false;
    } else if (isWhole) {
      this.#changed.clear();
    } else if (this.#isOnTemplate) {
      this.#hasBase = false;
    }
    release();
  }

  /** The next one is the first that is due behind where the machine is. */
  plan(machine: Machine): void {
    if (this.#every === never) return;
    this.#dueAt = (Math.floor(machine.steps / this.#every) + 1) * this.#every;
  }
}
