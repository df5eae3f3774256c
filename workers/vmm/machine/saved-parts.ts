/** A VM's parts as they are saved, put back, and hashed; its RAM and its code pages apart. */

import type { EventQueue } from "../base/event-queue.ts";
import type { HashStart } from "../base/hash-start.ts";
import type { MachineAddress } from "../base/units.ts";
import type { Hart } from "../hart/hart.ts";
import type { HartState } from "../hart/hart-state.ts";
import { pageOfSlot } from "../memory/guest-map.ts";
import type { GuestRam } from "../memory/guest-ram.ts";
import type { MachineMemory } from "../memory/machine-memory.ts";
import { restoreTlb, saveTlb, type TlbState } from "../mmu/saved-tlb.ts";
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
      parts: this.#parts.exitParts.save(),
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
    const { memory, harts, ram } = this.#parts;
    const watchedSlot = harts[0].get("watchedSlot");
    const machine = { map: ram.map, pages: ram.pages, watchedSlot };
    inSection("tlbs", () => {
      harts.forEach((hart, index) => {
        restoreTlb(memory, hart.address, tlbs[index] as TlbState, machine);
      });
    });
  }

  /** Of all that a guest can see. */
  hash(start?: HashStart): string {
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
    return stateHash(components, ram, start);
  }

  #started(): SbiHartStatus[] {
    return this.#parts.sbiHarts.map((hart) => hart.status);
  }

  #savedHtif(): Pick<MachineState, "htif"> {
    const { htif } = this.#parts;
    return htif === undefined ? {} : { htif: htif.save() };
  }
}
