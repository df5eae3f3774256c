import {
  ConsoleScript,
  decodeMachine,
  Failure,
  type Machine,
  type MachineResources,
  type MachineState,
  type RamContent,
} from "../../vmm/mod.ts";
import { ArrivingPages, type RunPages } from "./arriving-pages.ts";
import { writtenPages } from "./disk-sections.ts";
import { type DriverState, decodeDriverState, driverSection } from "./driver-state.ts";
import { GuestCheckpoints } from "./guest-checkpoints.ts";
import { machineOfSaved } from "./machine-of-saved.ts";
import type { SavedDisk } from "./saved-disk.ts";
import type {
  BorrowedTemplate,
  ShelvedTemplate,
  StoredTemplate,
  TemplateShelf,
} from "./template-shelf.ts";
import type { RunMessage, RunNumber, ThreadStart } from "./thread-protocol.ts";

/** Section of a stored template: what it has printed. */
export const consoleSection = "console";

/** Whether a section of a template is its driver's, and not the machine's. */
function isOfDriver(name: string): boolean {
  return name === driverSection || name === consoleSection || name.startsWith("disk.");
}

/** What a run's part in its template needs. */
export interface TemplatePorts {
  readonly run: RunNumber;
  readonly shelf: TemplateShelf;
  restoreMachine(state: MachineState, ram: RamContent, resources: MachineResources): Machine;
  post(message: RunMessage): void;
}

/**
 * A run's part in its template: it begins as a clone of it, or makes it on its way and goes on as if it
 * had not.
 *
 *   wanted()      before the machine is made
 *   watch, note   while it boots: what the template must not have touched, what it prints
 *   make          when its script has paused
 */
export class GuestTemplate {
  readonly #start: ThreadStart;
  readonly #use: NonNullable<ThreadStart["template"]>;
  readonly #ports: TemplatePorts;
  #isMaker = false;
  #printed: number[] = [];
  readonly #touched = new Set<string>();

  constructor(start: ThreadStart, use: NonNullable<ThreadStart["template"]>, ports: TemplatePorts) {
    this.#start = start;
    this.#use = use;
    this.#ports = ports;
  }

  /** What the run begins as: a clone, itself, or nothing as yet. */
  wanted(): ShelvedTemplate | "itself" | "wait" {
    const { key } = this.#use;
    const { shelf, run, post } = this.#ports;
    for (;;) {
      const wanted = shelf.want(key, run);
      switch (wanted.kind) {
        case "clone":
          return wanted.template;
        case "ask":
          post({ type: "template-wanted", key });
          return "wait";
        case "wait":
          return "wait";
        case "restore":
          this.#restore(wanted.answer);
          break;
        case "borrow":
          this.#borrow(wanted.answer);
          break;
        case "make":
          this.#isMaker = true;
          return "itself";
        case "without":
          return "itself";
      }
    }
  }

  /** Where a clone of it has pages from that have not come yet. */
  pagesOf({ pages }: ShelvedTemplate): RunPages | undefined {
    const { key } = this.#use;
    const { post } = this.#ports;
    if (!pages || pages.areHere) return undefined;
    return pages.forRun((page, answer) => {
      post({ type: "page-wanted", key, page, answer });
    });
  }

  /** The script of a run that begins at its beginning. */
  script(): ConsoleScript {
    const pauseBefore = this.#isMaker ? this.#use.pauseBefore : undefined;
    return new ConsoleScript(this.#start.steps, undefined, pauseBefore);
  }

  note(byte: number): void {
    if (this.#isMaker) this.#printed.push(byte);
  }

  /** The disk, which says when it is read or written, where that must not be. */
  watch(name: string, disk: SavedDisk): SavedDisk {
    if (!this.#isMaker || !this.#use.handedIn.includes(name)) return disk;
    const touch = () => this.#touched.add(name);
    return {
      bytes: disk.bytes,
      read: (offset, target) => {
        touch();
        disk.read(offset, target);
      },
      write: (offset, source) => {
        touch();
        disk.write(offset, source);
      },
      flush: () => disk.flush(),
      get isWritten() {
        return disk.isWritten;
      },
      written: () => disk.written(),
      openLog: () => disk.openLog(),
      replaceWritten: (pages) => disk.replaceWritten(pages),
    };
  }

  /** The machine has come to the step: it is cloned, and the clone stays. */
  make(machine: Machine, driver: DriverState, sections: ReadonlyMap<string, Uint8Array>): void {
    this.#isMaker = false;
    const [touched] = this.#touched;
    if (touched !== undefined) {
      this.#refuse(
        `disk ${touched}, which is handed in, is read or written before the template's step`,
      );
      return;
    }
    const { key } = this.#use;
    const { shelf, post } = this.#ports;
    const console = Uint8Array.from(this.#printed);
    this.#printed = [];
    let clone: Machine;
    try {
      clone = machine.fork(this.#resources());
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.#refuse(error.message);
      return;
    }
    const own = new Map([...sections, [consoleSection, console] as const]);
    const checkpoints = new GuestCheckpoints();
    const { type: _, consoleBytes: __, ...frames } = checkpoints.take(clone, own, 0);
    const disks = new Map(driver.disks.map((name) => [name, writtenPages(own, name)]));
    post({ type: "template-kept", key, frames: frames.frames.length });
    post({ type: "template-made", key, ...frames });
    const release = () => checkpoints.release(false);
    shelf.put(key, { machine: clone, driver, console, disks, sections: own }, release);
  }

  #refuse(reason: string): void {
    const { key } = this.#use;
    this.#ports.shelf.refuse(key);
    this.#ports.post({ type: "template-unusable", key, reason });
  }

  #restore({ saved, early }: StoredTemplate): void {
    const { key } = this.#use;
    const { post } = this.#ports;
    this.#shelve(saved.sections, "what is stored of it", () => {
      const { machine: state, ram } = machineOfSaved(saved);
      const machine = this.#ports.restoreMachine(state, ram, this.#resources());
      const { absent = new Uint32Array() } = saved;
      post({ type: "template-kept", key, frames: saved.pages.length + absent.length });
      const pages = new ArrivingPages(machine, absent);
      for (const more of early) pages.take(more.pages, more.content);
      return { machine, pages };
    });
  }

  #borrow({ sections, image, loan }: BorrowedTemplate): void {
    const { key } = this.#use;
    try {
      this.#shelve(sections, "what another thread has of it", () => {
        const { state } = decodeMachine(sections);
        const machine = this.#ports.restoreMachine(state, image, this.#resources());
        this.#ports.post({ type: "template-kept", key, frames: image.residentPages, loan });
        return { machine };
      });
    } finally {
      image.release();
    }
  }

  /** @param restore makes its machine @param what its sections are */
  #shelve(
    sections: ReadonlyMap<string, Uint8Array>,
    what: string,
    restore: () => Pick<ShelvedTemplate, "machine" | "pages">,
  ): void {
    const { key } = this.#use;
    const { shelf, post } = this.#ports;
    try {
      const driver = decodeDriverState(sections);
      const console = sections.get(consoleSection);
      if (console?.length !== driver.consoleBytes) throw new Error("it lacks its console");
      const disks = new Map(driver.disks.map((name) => [name, writtenPages(sections, name)]));
      const own = new Map([...sections].filter(([name]) => isOfDriver(name)));
      shelf.put(key, { ...restore(), driver, console, disks, sections: own });
    } catch (error) {
      const isFull = error instanceof Failure && error.code.startsWith("machine-memory-");
      if (isFull) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      post({ type: "template-unusable", key, reason: `${what}: ${reason}` });
      shelf.makeAgain(key);
    }
  }

  /** Of a machine that never runs. */
  #resources(): MachineResources {
    const nobody = (): never => {
      throw new Error("a template runs");
    };
    const disks = this.#start.disks.map(({ name, bytes }) => {
      const size = Math.ceil(bytes.length / 512) * 512;
      return [name, { bytes: size, read: nobody, write: nobody, flush: nobody }] as const;
    });
    return {
      memoryLimitBytes: this.#start.limits.memoryBytes,
      console: { write: nobody },
      disks: new Map(disks),
    };
  }
}
