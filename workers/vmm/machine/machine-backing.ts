/** What a VM takes of its monitor's machine memory: harts, RAM and ROM, filled with its images. */
import { ramBase } from "../base/memory-map.ts";
import type { Bytes, MachineAddress } from "../base/units.ts";
import { Hart } from "../hart/hart.ts";
import { type FilledMap, GuestRam } from "../memory/guest-ram.ts";
import { pageBytes } from "../memory/layout.ts";
import type { MachineMemory } from "../memory/machine-memory.ts";
import type { PageSource } from "../memory/page-source.ts";
import type { RamImage } from "../memory/ram-image.ts";
import { mapTlbs } from "../mmu/tlb-repair.ts";
import type { MachineConfig } from "./config.ts";
import type { BootPlan } from "./plan-boot.ts";

export interface MachineBackingResources {
  readonly memory: MachineMemory;
  /** Most bytes that RAM may take; as much as the machine has where it is not said. */
  readonly limitBytes: Bytes | undefined;
  /** Drops the cached translations of a hart. */
  readonly flush: (hart: Hart) => void;
  /** The page's records are to go. @returns true where TLBs may lead to them */
  readonly dropCode: (slot: MachineAddress) => boolean;
  /** See `GuestRam`. */
  readonly onSweepDue: () => void;
  /** What is in RAM and ROM; the plan's images where it is not said. */
  readonly image?: RamImage | GuestRam | undefined;
  /** What was made before, in place of an image; it is the machine's from now on. */
  readonly made?: MadeBacking | undefined;
  /** See `GuestRam`. */
  readonly source?: PageSource | undefined;
}

export interface MadeBacking {
  readonly harts: readonly [Hart, ...Hart[]];
  readonly ram: FilledMap;
}

export class MachineBacking {
  readonly harts: readonly [Hart, ...Hart[]];
  readonly ram: GuestRam;
  #isDisposed = false;

  /**
   * Takes everything or, where something is missing, nothing.
   *
   * Failures: `machine-memory-heap-full`, `guest-memory-exhausted`.
   */
  constructor(
    config: Pick<MachineConfig, "ramBytes" | "harts">,
    plan: Pick<BootPlan, "segments" | "rom">,
    resources: MachineBackingResources,
  ) {
    const { memory, limitBytes, flush, dropCode, onSweepDue, image, made, source } = resources;
    const harts: Hart[] = [];
    const undo: (() => void)[] = [];
    try {
      const makeHart = (id: number): Hart => {
        const hart = made?.harts[id] ?? new Hart(memory, id);
        undo.push(() => hart.dispose());
        harts.push(hart);
        return hart;
      };
      this.harts = [makeHart(0), ...range(config.harts - 1).map((i) => makeHart(i + 1))];
      const flushAll = () => harts.forEach(flush);
      this.ram = new GuestRam({
        ...{ memory, base: ramBase, bytes: config.ramBytes, onSweepDue, image, source },
        filled: made?.ram,
        limit: Math.ceil((limitBytes ?? config.ramBytes) / pageBytes),
        tlbs: mapTlbs(memory, () => harts.map(({ address }) => address), flushAll),
        onCodeWrite: (slot) => {
          if (dropCode(slot)) flushAll();
        },
      });
      undo.push(() => this.ram.dispose());
      if (image || made) return;
      for (const { address, bytes } of plan.segments) this.ram.write(address, bytes);
      if (plan.rom) this.ram.placeRom(plan.rom.bytes);
    } catch (failure) {
      for (const release of undo) release();
      throw failure;
    }
  }

  /** More than once is as good as once: the frames may be others' by then. */
  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.ram.dispose();
    for (const hart of this.harts) hart.dispose();
  }
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
