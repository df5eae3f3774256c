import { Failure, type Machine, type MachineConfig, type MachineResources } from "../../vmm/mod.ts";
import { freeImages } from "../free-images.ts";
import type { ProfileStacks } from "../profile/guest-profiler.ts";
import { ArrivingPages, PageLost, type RunPages } from "./arriving-pages.ts";
import type { DriverPorts } from "./driver-ports.ts";
import { type DriverState, decodeDriverState } from "./driver-state.ts";
import type { GuestCheckpoints } from "./guest-checkpoints.ts";
import type { GuestDisks } from "./guest-disks.ts";
import type { GuestTemplate } from "./guest-template.ts";
import type { GuestVoice } from "./guest-voice.ts";
import { machineOfSaved } from "./machine-of-saved.ts";
import type { ShelvedTemplate } from "./template-shelf.ts";
import type { BootImages, SavedRun, ThreadStart } from "./thread-protocol.ts";

export interface BeginningParts {
  readonly start: ThreadStart;
  readonly ports: DriverPorts;
  readonly template: GuestTemplate | undefined;
  readonly voice: GuestVoice;
  readonly disks: GuestDisks;
  readonly checkpoints: GuestCheckpoints;
  /**
   * What its machine is connected with; its disks are opened by that.
   *
   * @param state of a run that goes on
   */
  resources(state?: DriverState): MachineResources;
  /** It goes on where another driver was. */
  takeUp(machine: Machine, state: DriverState): void;
  /** A template was seen at these places. */
  takeProfile(stacks: ProfileStacks): void;
}

/**
 * How the machine of a run comes to be on this thread: from its images, out of a checkpoint, or as a
 * clone of a template. (One that comes from another worker: `guest-move.ts`.)
 */
export class GuestBeginning {
  readonly #parts: BeginningParts;
  #config: MachineConfig;
  #hasBegun = false;
  #images: "not asked for" | "asked for" | "here" = "not asked for";
  /** While pages of its machine may not have come yet. */
  #pages: RunPages | undefined;
  /** Those of a run that goes on from its checkpoint. */
  #arriving: ArrivingPages | undefined;

  constructor(parts: BeginningParts) {
    this.#parts = parts;
    this.#config = parts.start.config;
  }

  /** The images that it asked for. */
  giveImages(images: BootImages): void {
    this.#config = { ...this.#config, boot: { ...this.#config.boot, ...images } };
    this.#images = "here";
  }

  /**
   * The machine; `answer` until it has what it asked for; `nothing` where nothing can be made of what
   * was saved, which was posted then.
   *
   * @throws Failure for images and templates that give no machine, and a memory without room
   */
  begin(): Machine | "answer" | "nothing" {
    const { start, ports, template } = this.#parts;
    if (!this.#hasBegun) this.#useKeptCode();
    this.#hasBegun = true;
    if (start.resume) return this.#resume(start.resume) ?? "nothing";
    if (this.#images === "here") return this.#create();
    if (this.#images === "asked for") return "answer";
    const wanted = template?.wanted() ?? "itself";
    if (wanted === "wait") return "answer";
    if (wanted !== "itself") return this.#clone(wanted);
    if (!start.lacksImages) return this.#create();
    this.#images = "asked for";
    ports.post({ type: "images-wanted" });
    return "answer";
  }

  /** Whether pages may not have come yet. */
  get isOpen(): boolean {
    return this.#pages !== undefined;
  }

  /** The machine needs a page now. @throws PageLost */
  supply(machine: Machine, page: number): void {
    if (this.#pages) machine.ram.supply(page, this.#pages.fetch(page));
  }

  /** @returns whether the machine has all its pages, or has them now */
  complete(machine: Machine): boolean {
    if (!this.#pages) return true;
    if (!this.#pages.mayComplete()) return false;
    this.#pages.complete(machine);
    this.#pages = undefined;
    return true;
  }

  /** Some of the pages that it goes on without have come. */
  takePages(pages: Uint32Array, content: Uint8Array): void {
    if (this.#pages) this.#arriving?.take(pages, content);
  }

  /** The others do not come. */
  losePages(): void {
    if (this.#arriving?.areHere === false) this.#arriving.lose();
  }

  /** Damaged ones are made anew; nothing but speed depends on them. */
  #useKeptCode(): void {
    const { start, ports } = this.#parts;
    // What the thread has of other images is not this one's.
    if (start.keepsCode) ports.monitor.beginKeeping();
    if (!start.keptCode) return;
    try {
      ports.monitor.useKeptCode(start.keptCode);
    } catch {
      // Also where the host has no memory for them.
    }
  }

  #create(): Machine {
    const { ports, template, voice, resources } = this.#parts;
    const machine = ports.monitor.createMachine(this.#config, resources());
    freeImages(this.#config);
    voice.begin(machine, template?.script());
    return machine;
  }

  #clone(shelved: ShelvedTemplate): Machine {
    const { start, ports, template, voice, disks, checkpoints, resources } = this.#parts;
    this.#parts.takeProfile(shelved.driver.profile ?? []);
    const { machine: origin, driver, console, disks: written } = shelved;
    this.#pages = template?.pagesOf(shelved);
    const pages = this.#pages && { pageSource: this.#pages };
    const machine = origin.fork({ ...resources(), ...pages });
    for (const [name, pages] of written) disks.replace(name, pages);
    if (start.checkpointEvery !== undefined) checkpoints.begin(machine);
    ports.post({ type: "from-template", instructions: machine.retired });
    voice.repeat(machine, driver, console);
    return machine;
  }

  #resume(resume: SavedRun): Machine | undefined {
    const { ports, disks, checkpoints, resources, takeUp } = this.#parts;
    let machine: Machine | undefined;
    try {
      const state = decodeDriverState(resume.sections);
      const { machine: saved, ram } = machineOfSaved(resume);
      const pageSource = { fetch: (page: number) => this.#fetch(page) };
      machine = ports.monitor.restoreMachine(saved, ram, { ...resources(state), pageSource });
      this.#await(machine, resume.absent);
      disks.restore(resume.sections, state);
      takeUp(machine, state);
      checkpoints.resume(machine);
      return machine;
    } catch (error) {
      const isFull = error instanceof Failure && error.code.startsWith("machine-memory-");
      if (isFull) throw error;
      machine?.dispose();
      const message = error instanceof Error ? error.message : String(error);
      ports.post({ type: "unusable", message });
      return undefined;
    }
  }

  #await(machine: Machine, absent: Uint32Array | undefined): void {
    if (!absent || machine.ram.absentPages === 0) return;
    const { post } = this.#parts.ports;
    this.#arriving = new ArrivingPages(machine, absent);
    this.#pages = this.#arriving.forRun((page, answer) => {
      post({ type: "page-wanted", page, answer });
    });
    post({ type: "pages-wanted" });
  }

  #fetch(page: number): Uint8Array {
    if (!this.#pages) throw new PageLost(`page ${page} is not here while the machine is made`);
    return this.#pages.fetch(page);
  }
}
