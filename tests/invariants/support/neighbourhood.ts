/**
 * A machine memory in which two quiet VMs live beside whatever a test puts there. Their RAM is known
 * to the byte; after each hostile run it is as it was, and so is their whole state.
 *
 *     const street = new Neighbourhood();
 *     const { end } = street.host(config, { steps: 1e6 });
 *     street.close();   // the neighbours now finish, as if nobody else had ever been there
 */

import { expect } from "vitest";
import { nativeHash } from "../../../workers/host/native-hash.ts";
import { heapBase, heapBytes, pageBytes } from "../../../workers/vmm/memory/layout.ts";
import {
  Failure,
  type Machine,
  type MachineConfig,
  type MachineResources,
  type Monitor,
  type StopReason,
} from "../../../workers/vmm/mod.ts";
import { MemoryDisk } from "../../contracts/support/memory-disk.ts";
import { busyGuest } from "../../support/busy-guest.ts";
import { observedMonitor } from "../../support/observed-monitor.ts";
import { bareMetal, recordedConsole } from "../../support/run-guest.ts";

/** What became of a hostile guest. */
export interface HostileRun {
  /** `guest-memory-exhausted` is the one thing that `run` may throw. */
  readonly end: StopReason | { readonly kind: "guest-memory-exhausted" };
  readonly steps: number;
  readonly consoleBytes: number;
}

interface Neighbour {
  readonly machine: Machine;
  readonly console: ReturnType<typeof recordedConsole>;
  readonly ticks: number;
  readonly hash: string;
}

const mebibyte = 2 ** 20;
const ramBase = 0x8000_0000;
/** Cut as a driver would, and at no round number. */
const slice = 33_331;
const pattern = Uint8Array.from({ length: 16 * pageBytes }, (_, i) => (i * 167 + (i >> 8)) & 0xff);
const patternAddress = ramBase + 0x2_0000;

export class Neighbourhood {
  readonly monitor: Monitor;
  readonly #bytes: Uint8Array;
  readonly #neighbours: readonly Neighbour[];

  constructor() {
    const { monitor, buffer } = observedMonitor(128 * mebibyte);
    this.monitor = monitor;
    this.#bytes = new Uint8Array(buffer);
    this.#neighbours = [5, 9].map((ticks) => this.#moveIn(ticks));
  }

  /** Runs a guest until it ends, waits for ever or has used up its steps, and looks for damage. */
  host(
    config: MachineConfig,
    {
      steps,
      memoryLimitBytes,
      input,
    }: {
      readonly steps: number;
      readonly memoryLimitBytes?: number;
      /** Typed before each slice. */
      readonly input?: Uint8Array;
    },
  ): HostileRun {
    let consoleBytes = 0;
    const machine = this.monitor.createMachine(config, {
      console: { write: () => void consoleBytes++ },
      disks: new Map([["disk", new MemoryDisk(mebibyte)]]),
      ...(memoryLimitBytes === undefined ? {} : { memoryLimitBytes }),
    });
    let end: HostileRun["end"];
    do {
      if (input) machine.sendConsole(input);
      end = runSlice(machine, Math.min(slice, steps - machine.steps));
    } while (end.kind === "budget" && machine.steps < steps);
    expect(machine.steps, "a budget is a budget").toBeLessThanOrEqual(steps);
    const run = { end, steps: machine.steps, consoleBytes };
    machine.dispose();
    this.#expectUnharmed();
    return run;
  }

  /** Lets the neighbours run to their ends. */
  close(): void {
    for (const { machine, console, ticks } of this.#neighbours) {
      const reason = machine.run(1e6);
      const alone = this.#alone(ticks);
      expect({ reason, text: console.text() }).toEqual(alone);
      machine.dispose();
    }
  }

  #moveIn(ticks: number): Neighbour {
    const console = recordedConsole();
    const machine = this.#neighbour(ticks, console.sink);
    machine.run(1000);
    return { machine, console, ticks, hash: machine.stateHash(nativeHash) };
  }

  #neighbour(ticks: number, console: MachineResources["console"]): Machine {
    const program = new Uint8Array(patternAddress - ramBase + pattern.length);
    program.set(busyGuest(ticks));
    program.set(pattern, patternAddress - ramBase);
    return this.monitor.createMachine(bareMetal(program), { console, disks: new Map() });
  }

  #alone(ticks: number) {
    const console = recordedConsole();
    const machine = this.#neighbour(ticks, console.sink);
    const reason = machine.run(1e6);
    machine.dispose();
    return { reason, text: console.text() };
  }

  #expectUnharmed(): void {
    for (const { machine, hash } of this.#neighbours) {
      expect(machine.stateHash(nativeHash), "a neighbour's state").toBe(hash);
      const ram = machine.debug.readPhysical(patternAddress, pattern.length);
      expect(Buffer.compare(ram, pattern), "a neighbour's RAM").toBe(0);
    }
    const zeroFrame = heapBase(this.#bytes.length) + heapBytes(this.#bytes.length);
    const zeros = new Uint8Array(0x1_0000);
    const isZero = (start: number, bytes: number) =>
      Buffer.compare(this.#bytes.subarray(start, start + bytes), zeros.subarray(0, bytes)) === 0;
    expect(isZero(0, 0x1_0000), "the guard").toBe(true);
    expect(isZero(zeroFrame, pageBytes), "the zero frame").toBe(true);
  }
}

function runSlice(machine: Machine, steps: number): HostileRun["end"] {
  try {
    return machine.run(steps);
  } catch (failure) {
    if (!(failure instanceof Failure) || failure.code !== "guest-memory-exhausted") throw failure;
    return { kind: "guest-memory-exhausted" };
  }
}
