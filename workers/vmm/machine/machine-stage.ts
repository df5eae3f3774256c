/**
 * A machine that comes from elsewhere and is made before all of it is known. Its pages come one by one;
 * what takes long (the map of RAM, the code pages) is made of an earlier state while the run still goes on
 * elsewhere, so that little is left to be done when it has stopped there.
 *
 *     const stage = monitor.stageMachine(ramPages);
 *     stage.pages.write(page, bytes);                   // any number of times
 *     stage.prepare(earlier.state, earlier.ram);        // once, or not at all
 *     stage.rehearse(earlier);                          // behind that, any number of times
 *     const machine = stage.finish(last, resources);
 *     stage.dispose();                                  // in any case
 */
import type { MachineAddress, Pages } from "../base/units.ts";
import { Hart } from "../hart/hart.ts";
import type { CodeCache, CodeShare } from "../interpreter/code-cache.ts";
import { pageOfSlot, slotOf } from "../memory/guest-map.ts";
import { codePagesFor, pageBytes } from "../memory/layout.ts";
import type { MachineMemory } from "../memory/machine-memory.ts";
import { PageMap } from "../memory/page-map.ts";
import { pageStates, RamStage } from "../memory/ram-stage.ts";
import { damagedSection, inSection } from "../snapshot/snapshot-problem.ts";
import type { Machine, MachineResources } from "./config.ts";
import type { StagedOrigin } from "./machine-origin.ts";
import type { MachineState } from "./machine-state.ts";
import { nothingConnected } from "./nothing-connected.ts";
import { validateConfig } from "./validate-config.ts";

/** Which pages there are, besides their content. */
export interface StagedRam {
  /** `pageStates` of each page, the boot ROM's last. */
  readonly states: Uint8Array;
  /** The number of resident pages at which the next sweep is due. */
  readonly sweepAt: Pages;
}

export interface StagedMachine {
  readonly state: MachineState;
  readonly ram: StagedRam;
  /** Code pages that are gone since `prepare`; then `state.code` has those that came or changed. */
  readonly droppedCode?: readonly number[];
}

interface Prepared {
  readonly map: PageMap;
  readonly harts: readonly [Hart, ...Hart[]];
  readonly share: CodeShare;
}

interface StageServices {
  readonly memory: MachineMemory;
  readonly code: CodeCache;
  build(origin: StagedOrigin, resources: MachineResources): Machine;
  /** Builds it and lets go of it: harts, RAM and code pages are the stage's again. */
  rehearse(origin: StagedOrigin, resources: MachineResources): void;
}

export class MachineStage {
  readonly pages: RamStage;
  readonly #services: StageServices;
  #prepared: Prepared | undefined;

  constructor(services: StageServices, ramPages: Pages) {
    this.#services = services;
    this.pages = new RamStage(services.memory, ramPages);
  }

  /**
   * Makes what can be made already.
   *
   * @throws Failure `snapshot-damaged`, `machine-memory-heap-full`, `machine-memory-code-full`
   */
  prepare(state: MachineState, ram: StagedRam): void {
    if (this.#prepared) throw new RangeError("a machine is prepared once");
    this.#make(state, ram);
  }

  /**
   * Makes a machine that never runs, of what was prepared. What has run once or twice the host's compiler
   * leaves to its interpreter; when the guest stands still it is to know how a machine is made.
   *
   * @throws Failure as `finish`; then nothing is left of what was prepared
   */
  rehearse({ state, ram }: Pick<StagedMachine, "state" | "ram">): void {
    if (!this.#prepared) throw new RangeError("nothing is prepared");
    // A guest of Spike has a page that is watched, which would change its RAM.
    if (state.hardware.htif) return;
    const { map, harts, share } = this.#prepared;
    const placed = this.pages.place(map, ram.states, false);
    const backing = { harts, ram: { map, ...placed, sweepAt: ram.sweepAt } };
    this.#prepared = undefined;
    try {
      const origin = { kind: "staged", state, backing, share } as const;
      this.#services.rehearse(origin, nothingConnected(state.hardware));
    } catch (failure) {
      this.pages.giveAway();
      throw failure;
    }
    this.#prepared = { map, harts: this.#newHarts(harts), share };
  }

  #make({ hardware, code }: MachineState, { states }: StagedRam): Prepared {
    const { memory, code: cache } = this.#services;
    const pages = hardware.ramBytes / pageBytes;
    if (pages !== this.pages.pages) throw damagedSection("hardware", "it has another RAM");
    const undo: (() => void)[] = [];
    try {
      const map = new PageMap(memory, pages);
      undo.push(() => map.abandon());
      const newHart = (id: number): Hart => {
        const hart = new Hart(memory, id);
        undo.push(() => hart.dispose());
        return hart;
      };
      const harts: [Hart, ...Hart[]] = [newHart(0)];
      while (harts.length < hardware.harts) harts.push(newHart(harts.length));
      const share = cache.promise(codePagesFor(pages));
      undo.push(() => cache.giveBack(share));
      this.pages.place(map, states, false);
      inSection("code", () => cache.restore(share, code, this.#slotIn(map, states)));
      this.#prepared = { map, harts, share };
      return this.#prepared;
    } catch (failure) {
      for (const release of undo.reverse()) release();
      throw failure;
    }
  }

  /**
   * Makes the machine, which takes the pages with it. Where that fails nothing is left of either.
   *
   * @throws Failure as `prepare`, and those of `Monitor.restoreMachine`
   */
  finish({ state, ram, droppedCode }: StagedMachine, resources: MachineResources): Machine {
    validateConfig(state.hardware, resources);
    if (!this.#prepared) {
      if (droppedCode) throw damagedSection("code", "it says what has changed, but not since when");
    }
    const { map, harts, share } = this.#prepared ?? this.#make(state, ram);
    const { ramBytes, harts: count } = state.hardware;
    if (ramBytes / pageBytes !== this.pages.pages || count !== harts.length) {
      throw damagedSection("hardware", "it is not what was prepared");
    }
    if (droppedCode) inSection("code", () => this.#changeCode({ state, ram, droppedCode }));
    // From here on all of it is the machine's, or given back by it.
    this.#prepared = undefined;
    const placed = this.pages.place(map, ram.states, true);
    const backing = { harts, ram: { map, ...placed, sweepAt: ram.sweepAt } };
    return this.#services.build({ kind: "staged", state, backing, share }, resources);
  }

  /** Gives back what no machine has become of. */
  dispose(): void {
    if (this.#prepared) {
      const { map, harts, share } = this.#prepared;
      this.#prepared = undefined;
      this.#services.code.giveBack(share);
      for (const hart of harts) hart.dispose();
      map.abandon();
    }
    this.pages.dispose();
  }

  /** In place of some that were used. */
  #newHarts(used: Prepared["harts"]): Prepared["harts"] {
    const { memory } = this.#services;
    const anew = (hart: Hart): Hart => {
      hart.dispose();
      return new Hart(memory, hart.id);
    };
    const [first, ...others] = used;
    return [anew(first), ...others.map(anew)];
  }

  #changeCode({ state, ram, droppedCode = [] }: StagedMachine): void {
    const { code: cache } = this.#services;
    const { map, share } = this.#prepared as Prepared;
    for (const page of droppedCode) {
      const slot = slotOf(map.address, page);
      if (!share.pages.has(slot)) throw new RangeError(`page ${page} has no code to be dropped`);
      cache.drop(slot, share);
    }
    cache.restore(share, state.code, this.#slotIn(map, ram.states));
    // A page that is gone since must not have kept its code.
    for (const slot of share.pages.keys()) {
      if (ram.states[pageOfSlot(map.address, slot)] === pageStates.none) {
        throw new RangeError("a page with code has no content");
      }
    }
  }

  #slotIn(map: PageMap, states: Uint8Array): (page: number) => MachineAddress {
    return (page) => {
      if (page > this.pages.pages || states[page] === pageStates.none) {
        throw new RangeError(`page ${page} has no content`);
      }
      return map.slot(page);
    };
  }
}
