/** A VM's parts as they are saved, put back, and hashed; its RAM and its code pages apart. */

import type { EventQueue } from "../base/event-queue.ts";
import type { MachineAddress } from "../base/units.ts";
import type { Hart } from "../hart/hart.ts";
import type { HartState } from "../hart/hart-state.ts";
import { pageOfSlot, recordsInSlot, slotOf } from "../memory/guest-map.ts";
import type { GuestRam } from "../memory/guest-ram.ts";
import { pageBytes } from "../memory/layout.ts";
import type { MachineMemory } from "../memory/machine-memory.ts";
import { restoreTlb, saveTlb, type TlbState, type TlbTarget } from "../mmu/saved-tlb.ts";
import { inSection } from "../snapshot/snapshot-problem.ts";
import type { Board } from "./board.ts";
import type { GuestClock } from "./guest-clock.ts";
import type { HartSchedule } from "./hart-schedule.ts";
import type { Htif } from "./htif.ts";
import type { MachineExitParts } from "./machine-exit-parts.ts";
import type { MachineHardware } from "./machine-hardware.ts";
import type { MachineState } from "./machine-state.ts";
import type { RunLoop } from "./run-loop.ts";
import type { SbiHartPort } from "./sbi-hart-port.ts";
import type { SbiHartStatus } from "./sbi-ports.ts";
import { stateHash } from "./state-hash.ts";

export interface SavedPartsOwner {
  readonly memory: MachineMemory;
  readonly hardware: MachineHardware;
  readonly harts: readonly [Hart, ...Hart[]];
  readonly sbiHarts: readonly SbiHartPort[];
  readonly ram: GuestRam;
  readonly board: Board;
  readonly clock: GuestClock;
  readonly events: EventQueue;
  readonly schedule: HartSchedule;
  readonly exitParts: MachineExitParts;
  readonly htif: Htif | undefined;
  readonly loop: RunLoop;
}

export class SavedParts {
  readonly #parts: SavedPartsOwner;

  constructor(parts: SavedPartsOwner) {
    this.#parts = parts;
  }

  save(): Omit<MachineState, "code"> {
    const { memory, hardware, harts, ram, board, clock, events, schedule, loop } = this.#parts;
    const pageOf = (slot: MachineAddress) => pageOfSlot(ram.map, slot);
    return {
      hardware,
      clock: clock.save(),
      events: events.save(),
      schedule: schedule.save(),
      harts: harts.map((hart) => hart.save()),
      tlbs: harts.map((hart) =>
        saveTlb(memory, hart.address, (group) => hart.tlbGeneration(group), pageOf),
      ),
      started: this.#started(),
      devices: board.save(),
      parts: this.#parts.exitParts.counts(),
      ...this.#savedHtif(),
      ...(loop.ended === undefined ? {} : { ended: loop.ended }),
    };
  }

  /** All but the TLBs: those lead to code pages, which have to be there. */
  restore(state: MachineState): void {
    const { harts, sbiHarts, clock, events, schedule, htif, loop, exitParts } = this.#parts;
    inSection("schedule", () => schedule.restore(state.schedule));
    harts.forEach((hart, index) => {
      inSection("harts", () => hart.restore(state.harts[index] as HartState));
      sbiHarts[index]?.restore(state.started[index] as SbiHartStatus);
    });
    exitParts.restore(state.parts);
    inSection("clock", () => clock.restore(state.clock));
    events.restore(state.events);
    if (state.htif) htif?.restore(state.htif);
    loop.restore(state.ended);
  }

  restoreTlbs({ tlbs }: MachineState): void {
    const { memory, harts } = this.#parts;
    harts.forEach((hart, index) => {
      inSection("tlbs", () =>
        restoreTlb(memory, hart.address, tlbs[index] as TlbState, (page, access) =>
          this.#tlbTarget(page, access),
        ),
      );
    });
  }

  /** Of all that a guest can see. */
  hash(): string {
    const { harts, ram, board, clock, events, schedule } = this.#parts;
    const components = {
      clock: { now: clock.now, steps: clock.steps },
      events: events.save(),
      harts: harts.map((hart) => hart.architecturalState()),
      schedule: schedule.save(),
      started: this.#started(),
      devices: board.save(),
      ...this.#savedHtif(),
    };
    return stateHash(components, ram);
  }

  #started(): SbiHartStatus[] {
    return this.#parts.sbiHarts.map((hart) => hart.status);
  }

  #savedHtif(): Pick<MachineState, "htif"> {
    const { htif } = this.#parts;
    return htif === undefined ? {} : { htif: htif.save() };
  }

  /** What a restored TLB entry may lead to: nothing that the slow path would not have put there. */
  #tlbTarget(page: number, access: "load" | "store" | "fetch"): TlbTarget | undefined {
    const { memory, ram, harts } = this.#parts;
    if (page > ram.pages) return undefined;
    const slot = slotOf(ram.map, page);
    const entry = memory.word(slot);
    const records = memory.word(slot + recordsInSlot);
    if (entry === 0) return undefined;
    if (access === "fetch") return records === 0 ? undefined : { slot, records };
    if (access === "load") return { slot };
    const isZeros = Math.floor(entry / pageBytes) === memory.zeroFrame && entry % 4096 === 1;
    const isStorable = page < ram.pages && !isZeros && records === 0;
    const isWatched = slot === harts[0].get("watchedSlot");
    return isStorable && !isWatched ? { slot } : undefined;
  }
}
