import {
  Failure,
  type Instructions,
  type Machine,
  MigrationProblem,
  type Milliseconds,
} from "../../vmm/mod.ts";
import { GuestProfiler } from "../profile/guest-profiler.ts";
import { SymbolTable } from "../profile/symbol-table.ts";
import type { GuestDebug } from "./guest-debug.ts";
import type { SliceEnd } from "./run-end-of.ts";
import { SliceLength } from "./slice-length.ts";
import type { ThreadStart } from "./thread-protocol.ts";

export interface SlicePorts {
  readonly debug: GuestDebug;
  now(): Milliseconds;
}

export interface Slice {
  /** How long it is to take, about. */
  readonly aim: Milliseconds;
  /** At the most. */
  readonly most: Instructions;
  /** How many of its usual instructions the guest gets. */
  shareOf(usual: Instructions): Instructions;
  /** Whether a page that a device waits for may never come: the slice is over then. */
  readonly mayLosePages: boolean;
}

/** A guest's instructions, slice by slice: how long one is, what they take, where they are spent. */
export class GuestSlices {
  readonly profiler: GuestProfiler | undefined;
  /** What the guest has had of its thread. */
  used: Milliseconds = 0;
  readonly #ports: SlicePorts;
  readonly #length = new SliceLength();

  constructor(profile: ThreadStart["profile"], ports: SlicePorts) {
    this.#ports = ports;
    this.profiler = profile && new GuestProfiler(profile.period, SymbolTable.from(profile.symbols));
  }

  /** The guest may be much slower from now on. */
  beginAgain(): void {
    this.#length.beginAgain();
  }

  run(machine: Machine, { aim, most, shareOf, mayLosePages }: Slice): SliceEnd {
    const { debug, now } = this.#ports;
    const [began, before] = [now(), machine.steps];
    const usual = this.#length.instructions;
    const slice = shareOf(usual);
    const end = this.#runMachine(machine, Math.min(slice, most), mayLosePages);
    const elapsed = now() - began;
    // One that is held back, or stops for its debugger, says nothing about how long its usual slice takes.
    const isUsual = !debug.isAttached || machine.steps - before >= slice;
    if (slice === usual && isUsual) this.#length.learn(elapsed, aim);
    if (debug.isAttached) debug.charge(elapsed);
    else this.used += elapsed;
    return end;
  }

  #runMachine(machine: Machine, instructions: Instructions, mayLosePages: boolean): SliceEnd {
    const run = (slice: Instructions) => this.#ports.debug.run(machine, slice);
    try {
      return this.profiler ? this.profiler.run(machine, instructions, run) : run(instructions);
    } catch (error) {
      // The monitor throws when a guest wants more memory than it may have; here that is one more end.
      if (error instanceof Failure && error.code === "guest-memory-exhausted") {
        return { kind: "memory-exhausted" };
      }
      // The next look at the move says so.
      if (error instanceof MigrationProblem && mayLosePages) return { kind: "stopped" };
      throw error;
    }
  }
}
