import type {
  Instructions,
  KnownContent,
  Machine,
  MachineResources,
  Milliseconds,
} from "../../vmm/mod.ts";
import { Arrival } from "./arrival.ts";
import { Departure } from "./departure.ts";
import type { DiskPieces } from "./disk-pieces.ts";
import type { DriverPorts } from "./driver-ports.ts";
import { type DriverState, decodeDriverState } from "./driver-state.ts";
import type {
  ArrivalOptions,
  DepartureOptions,
  MoveCommand,
  MoveMessage,
} from "./move-protocol.ts";
import { decodeSections, encodeSections } from "./section-list.ts";
import type { LentPages } from "./template-shelf.ts";
import type { TemplateKey } from "./thread-protocol.ts";

/** What the driver of the guest has for its move. */
export interface GuestMoveParts {
  readonly ports: Pick<DriverPorts, "monitor" | "now" | "post" | "shelf" | "wake">;
  readonly ramPages: number;
  /** Template that the run has begun as, here or elsewhere: most of its pages are alike. */
  readonly kin: TemplateKey | undefined;
  /** Why a guest that runs here cannot leave now. */
  obstacle(machine: Machine): string | undefined;
  /** What was written to its disks, in pieces. */
  leave(): DiskPieces;
  /** All else that the driver knows, when everything that the guest has said was posted. */
  sections(machine: Machine, disks: DiskPieces): ReadonlyMap<string, Uint8Array>;
  /** What `sections` takes, but for the disks, without posting anything. */
  rehearse(machine: Machine): ReadonlyMap<string, Uint8Array>;
  /** A piece of what was written to the disks of a guest that comes. */
  takeAhead(piece: Uint8Array): void;
  /** What a machine that comes is connected with, with what was written to its disks. */
  resources(sections: ReadonlyMap<string, Uint8Array>, state: DriverState): MachineResources;
  /** The run is here: it goes on where another driver was. */
  takeUp(machine: Machine, state: DriverState): void;
  /** The run is another worker's by now: its machine here is as it left, and goes. */
  onLeft(): void;
  /** Somebody wants a last checkpoint of the run instead. */
  isHandedOver(): boolean;
}

/** What became of a step of a move. */
export type MoveStep =
  /** The guest may run here now. */
  | "more"
  /** It may when there is something new on the line. */
  | "wait"
  /** It does not run here any more, or did not come. */
  | "over";

/** A guest's way to another worker, or from one, as its driver has it; most of the time there is none. */
export class GuestMove {
  readonly #parts: GuestMoveParts;
  #departure: Departure | undefined;
  /** Of a guest that leaves. */
  #disks: DiskPieces | undefined;
  /** Until when it is held back, as far as somebody was told to wake it. */
  #restsUntil: Milliseconds = 0;
  /** The guest has come to its end while it left. */
  #isOver = false;
  #arrival: Arrival | undefined;
  /** Of a run that comes from elsewhere, until it is here. */
  #driver: DriverState | undefined;
  /** Pages of a template, for as long as it takes. */
  readonly #lent: LentPages[] = [];

  constructor(parts: GuestMoveParts, arrival: ArrivalOptions | undefined) {
    this.#parts = parts;
    if (arrival) this.#arrival = this.#expect(arrival);
  }

  get isUnderWay(): boolean {
    return this.#departure !== undefined || this.#arrival !== undefined;
  }

  get isLeaving(): boolean {
    return this.#departure !== undefined;
  }

  /** Whether the guest has stopped to leave, and may run elsewhere by now. */
  get isStanding(): boolean {
    return this.#departure?.mayRun === false;
  }

  get isArriving(): boolean {
    return this.#arrival !== undefined;
  }

  /** Whether the guest waits for a page that is still on the other worker. */
  get waitsForPage(): boolean {
    return this.#arrival?.mayRun === false;
  }

  /** How many of its usual instructions a guest that leaves gets. */
  instructionsOf(usual: Instructions): Instructions {
    return this.#departure?.instructionsOf(usual) ?? usual;
  }

  /** The guest needs a page that is still on the other worker. */
  demand(page: number): void {
    this.#arrival?.demand(page);
  }

  /** A word of the main thread. @param machine of a guest that runs here */
  hear(command: MoveCommand, machine: Machine | undefined): void {
    if (command.type === "depart") this.#depart(command.departure, machine);
    this.#departure?.hear(command);
    this.#arrival?.hear(command);
  }

  /** Does what can be done now. */
  step(): MoveStep {
    if (this.#arrival) return this.#arrive(this.#arrival);
    return this.#departure ? this.#leave(this.#departure) : "more";
  }

  /** A guest that leaves has come to its end: it stays for that. */
  callOff(): void {
    this.#isOver = true;
    this.#departure?.cancel();
  }

  /** Nobody wants the run any more. */
  abandon(): void {
    this.#departure?.abandon();
    this.#arrival?.abandon();
  }

  /** The run did not come here, for no fault of its own. */
  refuse(problem: string): void {
    this.#arrival?.abandon();
    this.#say({ type: "failed", isLost: false, epoch: 0, problem });
  }

  /** It is over: nobody compares with a template's pages any more. */
  giveBack(): void {
    for (const one of this.#lent.splice(0)) one.giveBack();
  }

  #borrow(key: TemplateKey | undefined): KnownContent | undefined {
    const lent = key === undefined ? undefined : this.#parts.ports.shelf.lend(key);
    if (lent) this.#lent.push(lent);
    return lent?.content;
  }

  #depart(options: DepartureOptions, machine: Machine | undefined): void {
    const { ports, obstacle, sections } = this.#parts;
    const { monitor, now } = ports;
    const why = this.isUnderWay ? "it is on its way already" : machine && obstacle(machine);
    if (!machine || why !== undefined) {
      const problem = why ?? "it has not begun";
      options.packing?.close();
      this.#say({ type: "stayed", epoch: options.epoch, problem });
      return;
    }
    const known = this.#borrow(this.#parts.kin);
    const disks = this.#parts.leave();
    this.#disks = disks;
    this.#departure = new Departure(options, {
      ...{ machine, now, ahead: disks },
      contents: known ? [known] : [],
      keepCode: () => monitor.keepCode(),
      driver: () => encodeSections(sections(machine, disks)),
      rehearse: () => void encodeSections(this.#parts.rehearse(machine)),
      post: (message) => this.#say(message),
      wake: () => ports.wake(0),
    });
  }

  #leave(departure: Departure): MoveStep {
    if (this.#parts.isHandedOver()) departure.cancel();
    departure.step();
    if (!departure.isOver) return this.#restOf(departure);
    this.#departure = undefined;
    this.#disks?.close();
    this.#disks = undefined;
    const { outcome } = departure;
    if (outcome.type === "departed") {
      this.#parts.onLeft();
      departure.dispose();
    }
    const isOver = this.#isOver && outcome.type === "stayed";
    this.#say(isOver ? { ...outcome, isOver } : outcome);
    return outcome.type === "departed" ? "over" : "more";
  }

  /** A guest that is held back has a turn again when it has rested, once. */
  #restOf(departure: Departure): MoveStep {
    const { ports } = this.#parts;
    if (!departure.mayRun) return "wait";
    const { rest } = departure;
    // Shorter than a timer can tell.
    if (rest < 1) return "more";
    const until = ports.now() + rest;
    if (until > this.#restsUntil) {
      // What is calculated again a little later may come out a little later.
      this.#restsUntil = until + 0.5;
      ports.wake(Math.ceil(rest));
    }
    return "wait";
  }

  #expect(options: ArrivalOptions): Arrival {
    const { ports, ramPages, resources } = this.#parts;
    const { monitor, now } = ports;
    return new Arrival(options, {
      ...{ monitor, now, ramPages },
      content: (name) => this.#borrow(name),
      ahead: (piece) => this.#parts.takeAhead(piece),
      resources: (driver) => {
        const sections = decodeSections(driver);
        this.#driver = decodeDriverState(sections);
        return resources(sections, this.#driver);
      },
      post: (message) => this.#say(message),
    });
  }

  #arrive(arrival: Arrival): MoveStep {
    arrival.step();
    const { failure } = arrival;
    if (arrival.isHere || failure?.isLost) this.#settle(arrival);
    if (failure) {
      arrival.dispose();
      this.#say(failure);
      return "over";
    }
    if (arrival.isOver) {
      this.#arrival = undefined;
      this.#say({ type: "complete" });
      return "more";
    }
    return arrival.mayRun ? "more" : "wait";
  }

  /** The run is here, once. */
  #settle({ machine, epoch }: Arrival): void {
    const driver = this.#driver;
    if (!driver) return;
    this.#driver = undefined;
    this.#parts.takeUp(machine, driver);
    this.#say({ type: "arrived", epoch, driver, instructions: machine.retired });
  }

  #say(message: MoveMessage): void {
    this.#parts.ports.post({ type: "move", message });
  }
}
