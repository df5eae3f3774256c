/**
 * The source's half of a machine's state: said once while the guest still runs, so that the destination
 * can prepare the machine, and once when it stands still, as what has changed.
 *
 *     moving.stage();                              // at most once; the parts that say it
 *     while (moving.rehearse()) …                  // between two slices of the guest
 *     moving.last(left);
 *
 * What is done when the guest stands still is done a few times before: a runtime's compiler takes code
 * that has run once or twice for code that will never run again, and would leave it to its interpreter.
 */
import type { SavedCode } from "../interpreter/code-cache.ts";
import type { Machine } from "../machine/config.ts";
import type { MachineState } from "../machine/machine-state.ts";
import type { Residence } from "../memory/ram-port.ts";
import { encodeMovingMachine } from "./moving-machine.ts";

/** Behind so many the compiler has seen enough: more made the guest's stop no shorter. */
const mostRehearsals = 16;

export class MovingState {
  readonly #machine: Machine;
  /** Of the state that the destination has prepared the machine of. */
  #staged: SavedCode | undefined;
  #rehearsals = 0;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  get isStaged(): boolean {
    return this.#staged !== undefined;
  }

  /** All of the state as it is now. */
  stage(): Uint8Array {
    const state = this.#machine.save();
    const encoded = this.#encode(state, this.#machine.ram.residence());
    this.#staged = state.code;
    return encoded;
  }

  /** @returns whether it was worth its time */
  rehearse(): boolean {
    if (!this.#staged || this.#rehearsals >= mostRehearsals) return false;
    this.#rehearsals++;
    this.#encode(this.#machine.save(), this.#machine.ram.residence());
    return true;
  }

  /** What has changed since, or all of it where nothing was staged. @param absent pages that come later */
  last(state: MachineState, residence: Residence, absent: readonly number[]): Uint8Array {
    return this.#encode(state, residence, absent);
  }

  #encode(state: MachineState, residence: Residence, absent: readonly number[] = []): Uint8Array {
    const { resident, readZeros, sweepAt } = residence;
    const left = new Set(absent);
    const here = left.size === 0 ? resident : resident.filter((page) => !left.has(page));
    const ram = { resident: here, absent, readZeros, sweepAt };
    return encodeMovingMachine(state, ram, this.#staged);
  }
}
