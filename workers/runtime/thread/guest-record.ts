import type { Machine } from "../../vmm/mod.ts";
import type { DiskPieces } from "./disk-pieces.ts";
import { type DriverState, driverSection, encodeDriverState } from "./driver-state.ts";
import type { GuestDebug } from "./guest-debug.ts";
import type { GuestDisks } from "./guest-disks.ts";
import type { GuestExits } from "./guest-exits.ts";
import type { GuestSlices } from "./guest-slices.ts";
import type { GuestVoice } from "./guest-voice.ts";

export interface RecordedParts {
  readonly voice: GuestVoice;
  readonly disks: GuestDisks;
  readonly slices: GuestSlices;
  readonly debug: GuestDebug;
  readonly exits: GuestExits | undefined;
}

/** What a driver knows of its guest beside the machine: as it is saved, and as the next driver takes it up. */
export class GuestRecord {
  readonly #parts: RecordedParts;

  constructor(parts: RecordedParts) {
    this.#parts = parts;
  }

  state(machine: Machine): DriverState {
    const { voice, disks, slices, exits, debug } = this.#parts;
    const { used, profiler } = slices;
    const held = debug.save();
    return {
      ...voice.save(),
      ...{ used, retired: machine.retired, disks: disks.written },
      ...(held && { debug: held }),
      ...(exits && { ledger: exits.ledger.save(machine) }),
      ...(profiler && { profile: profiler.save() }),
    };
  }

  /** The same bytes, whoever makes the template. */
  templateState(machine: Machine): DriverState {
    const { debug: _, ledger: __, withoutTranslation: ___, ...alike } = this.state(machine);
    return { ...alike, reportedSteps: 0, used: 0 };
  }

  /** Without what was written to disks. */
  stateSection(machine: Machine): Map<string, Uint8Array> {
    return new Map([[driverSection, encodeDriverState(this.state(machine))]]);
  }

  /** All that a checkpoint has beside the machine. @param pieces of a guest that leaves: what is left of them */
  sections(state: DriverState, pieces?: DiskPieces): Map<string, Uint8Array> {
    const sections = new Map<string, Uint8Array>();
    if (pieces) pieces.rest(sections, state.disks);
    else this.#parts.disks.save(sections, state.disks);
    return sections.set(driverSection, encodeDriverState(state));
  }

  /** @param debug of the debugger's that is still there */
  takeUp(machine: Machine, state: DriverState, debug: DriverState["debug"]): void {
    const { voice, slices, exits, debug: own } = this.#parts;
    voice.takeUp(machine, state);
    slices.used = state.used;
    if (state.ledger) exits?.ledger.takeUp(state.ledger);
    slices.profiler?.add(state.profile ?? []);
    own.takeUp(machine, debug);
  }
}
