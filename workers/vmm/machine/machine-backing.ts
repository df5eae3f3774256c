/** What a VM takes of its monitor's machine memory: harts, RAM and ROM, filled with its images. */
import { Failure } from "../base/failure.ts";
import { ramBase } from "../base/memory-map.ts";
import type { Bytes, FrameNumber } from "../base/units.ts";
import { Hart } from "../hart/hart.ts";
import { GuestRam } from "../memory/guest-ram.ts";
import { pageBytes } from "../memory/layout.ts";
import type { MachineMemory } from "../memory/machine-memory.ts";
import type { MachineConfig } from "./config.ts";
import type { BootPlan } from "./plan-boot.ts";

export interface MachineBackingResources {
  readonly memory: MachineMemory;
  /** Most bytes that RAM may take; as much as the machine has where it is not said. */
  readonly limitBytes: Bytes | undefined;
  /** Drops the cached translations of a hart. */
  readonly flush: (hart: Hart) => void;
  /** @returns true where TLBs may lead to pre-decoded code that is gone now */
  readonly onCodeWrite: (frame: FrameNumber) => boolean;
  readonly onFrameFreed: (frame: FrameNumber) => void;
  /** See `GuestRam`. */
  readonly onSweepDue: () => void;
}

export class MachineBacking {
  readonly harts: readonly [Hart, ...Hart[]];
  readonly ram: GuestRam;
  readonly romFrame: FrameNumber | undefined;
  readonly #resources: MachineBackingResources;

  /**
   * Takes everything or, where something is missing, nothing.
   *
   * Failures: `machine-memory-full`, `machine-memory-heap-full`, `guest-memory-exhausted`.
   */
  constructor(config: MachineConfig, plan: BootPlan, resources: MachineBackingResources) {
    const { memory, limitBytes, flush, onCodeWrite, onFrameFreed } = resources;
    this.#resources = resources;
    const flushAll = () => this.harts.forEach(flush);
    this.ram = new GuestRam({
      memory,
      base: ramBase,
      bytes: config.ramBytes,
      limit: Math.ceil((limitBytes ?? config.ramBytes) / pageBytes),
      onRemap: flushAll,
      onCodeWrite: (frame) => {
        if (onCodeWrite(frame)) flushAll();
      },
      onSweepDue: resources.onSweepDue,
    });
    const undo = [() => this.ram.dispose(onFrameFreed)];
    try {
      const makeHart = (id: number): Hart => {
        const hart = new Hart(memory, id);
        undo.push(() => hart.dispose());
        return hart;
      };
      const others = Array.from({ length: config.harts - 1 }, (_, i) => makeHart(i + 1));
      this.harts = [makeHart(0), ...others];
      for (const { address, bytes } of plan.segments) this.ram.write(address, bytes);
      this.romFrame = plan.rom && placeRom(memory, plan.rom.bytes);
    } catch (failure) {
      for (const release of undo) release();
      throw failure;
    }
  }

  dispose(): void {
    const { memory, onFrameFreed } = this.#resources;
    this.ram.dispose(onFrameFreed);
    if (this.romFrame !== undefined && memory.releaseFrame(this.romFrame)) {
      onFrameFreed(this.romFrame);
    }
    for (const hart of this.harts) hart.dispose();
  }
}

function placeRom(memory: MachineMemory, bytes: Uint8Array): FrameNumber {
  const frame = memory.allocateFrame();
  if (frame === undefined) {
    throw new Failure(
      "machine-memory-full",
      "The machine memory has no frame left for one more VM.",
      "Run fewer VMs in this worker, or give it a larger machine memory.",
    );
  }
  memory.bytes.set(bytes, frame * pageBytes);
  return frame;
}
