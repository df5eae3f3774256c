/**
 * The side that a run comes to. Nothing here waits: whoever owns the channel steps it, and lets the
 * guest run as soon as it may.
 *
 *     const destination = new MigrationDestination({ channel, authority, monitor, … });
 *     while (!destination.isOver) {
 *       destination.step();
 *       if (destination.guest !== "runs") continue;
 *       const stop = destination.machine.run(slice);
 *       if (stop.kind === "absent") destination.demand(stop.page);
 *     }
 *     if (destination.state === "completed") …    // the run goes on here, with `destination.epoch`
 *     else destination.dispose();
 *
 * Callers must let the guest run only while `guest` is `runs`. Where the state becomes `lost` the run
 * is this side's and cannot go on: it is replayed from its last checkpoint.
 */
import { Failure } from "../base/failure.ts";
import type { Pages } from "../base/units.ts";
import type { Machine, MachineResources } from "../machine/config.ts";
import type { MachineStage } from "../machine/machine-stage.ts";
import type { MachineState } from "../machine/machine-state.ts";
import type { Monitor } from "../machine/monitor.ts";
import { pageBytes } from "../memory/layout.ts";
import type { Authority, Ownership } from "./authority.ts";
import { Claim } from "./claim.ts";
import type { Compression } from "./compression.ts";
import {
  type DestinationEvent,
  type DestinationState,
  destinationGuest,
  destinationTransitions,
} from "./destination-states.ts";
import type { Milliseconds } from "./is-converged.ts";
import type { KnownContent } from "./known-content.ts";
import { Line } from "./line.ts";
import type { MigrationChannel } from "./migration-channel.ts";
import { MigrationProblem } from "./migration-problem.ts";
import { decodeMovingMachine } from "./moving-machine.ts";
import { PageDecoder, type PageStore } from "./page-decoder.ts";
import { PartCollector } from "./part-collector.ts";
import { type Message, type MessageOf, negotiateVersion } from "./protocol.ts";
import { rehearsePages } from "./rehearse-pages.ts";
import type { GuestRole } from "./source-states.ts";
import type { Tidy } from "./tidy.ts";

export interface DestinationOptions {
  readonly channel: MigrationChannel;
  readonly authority: Authority;
  /** What the authority knows this side by once it has the run. */
  readonly owner: string;
  readonly monitor: Pick<Monitor, "stageMachine" | "useKeptCode">;
  /** Whether the run may come here. @returns why not */
  accept(hello: MessageOf<"hello">): string | undefined;
  /**
   * What the machine is to be connected with.
   *
   * @param driver what the source's driver says, empty where it says nothing
   */
  resources(driver: Uint8Array, hardware: MachineState["hardware"]): MachineResources;
  /** Of what the source's driver says, what comes before the rest of it. @throws Error for what cannot be */
  ahead?(piece: Uint8Array): void;
  /** A content that is here, by its name. */
  content?(name: string): KnownContent | undefined;
  readonly compressions?: readonly Compression[];
  /** Whether translated code of the source's may be executed. */
  readonly takesCode?: boolean;
  /** Host time, growing. */
  readonly now: () => Milliseconds;
  /** How long nothing may move before the other side counts as gone. */
  readonly patience: Milliseconds;
  /**
   * Waits until there may be something new on the channel: a device that needs a page in the middle of
   * its work cannot let go. Machines with devices on disks or networks need it for post-copy.
   */
  waitForArrival?(): void;
  readonly tidy?: Tidy;
}

/** Behind so many the host's compiler has seen enough: more made the guest's stop no shorter. */
const rehearsals = 8;
const mostRamPages: Pages = 2 ** 20;

export class MigrationDestination {
  readonly #options: DestinationOptions;
  readonly #line: Line;
  readonly #parts = new PartCollector();
  #state: DestinationState = "listening";
  #problem: MigrationProblem | undefined;
  #hello: MessageOf<"hello"> | undefined;
  #compression: Compression | undefined;
  #decoder: PageDecoder | undefined;
  #stage: MachineStage | undefined;
  #isPrepared = false;
  #driver: Uint8Array = new Uint8Array();
  #saved: Uint8Array | undefined;
  #claim: Claim | undefined;
  #machine: Machine | undefined;
  #epoch = 0;
  readonly #absent = new Set<number>();
  readonly #demanded = new Set<number>();
  /** A page that a device waits for, and its content. */
  #awaited: number | undefined;
  #arrived: Uint8Array | undefined;

  constructor(options: DestinationOptions) {
    this.#options = options;
    this.#line = new Line(options);
  }

  get state(): DestinationState {
    return this.#state;
  }

  get guest(): GuestRole {
    return destinationGuest[this.#state];
  }

  get isOver(): boolean {
    return Object.keys(destinationTransitions[this.#state]).length === 0;
  }

  /** Why the run did not come here, or cannot go on here. */
  get problem(): MigrationProblem | undefined {
    return this.#problem;
  }

  /** There as soon as `guest` is `runs`. */
  get machine(): Machine {
    if (!this.#machine) throw new RangeError("there is no machine yet");
    return this.#machine;
  }

  /** In which this side has the run, once it has. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Pages that are still on the other side. */
  get absentPages(): Pages {
    return this.#absent.size;
  }

  /** Whether a page is still on the other side. */
  isAbsent(page: number): boolean {
    return this.#absent.has(page);
  }

  /** Does what can be done now. */
  step(): void {
    this.#line.flush();
    try {
      for (let message = this.#receive(); message; message = this.#receive()) this.#hear(message);
    } catch (problem) {
      this.#fail(problem);
    }
    const answer = this.#state === "switchover" ? this.#claim?.step() : undefined;
    if (answer) this.#judge(answer);
    if (this.#state === "postcopy" && this.#absent.size === 0) this.#fire("complete");
    this.#line.flush();
  }

  /** Asks for a page that the guest waits for. */
  demand(page: number): void {
    if (!this.#absent.has(page) || this.#demanded.has(page)) return;
    this.#demanded.add(page);
    this.#line.post({ kind: "demand", page });
  }

  /** Calls it off; comes too late once this side may have the run. */
  cancel(): void {
    this.#giveUp(new MigrationProblem("migration-cancelled", "there"), "cancelled");
  }

  /** Gives back the machine, too, where it may not or cannot go on here. */
  dispose(): void {
    this.#stage?.dispose();
    this.#stage = undefined;
    if (this.#machine && this.guest !== "runs") {
      this.#machine.dispose();
      this.#machine = undefined;
    }
  }

  #receive(): Message | undefined {
    return this.isOver ? undefined : this.#line.receive();
  }

  #hear(message: Message): void {
    const { kind } = message;
    if (kind === "abort") {
      const reason = message.reason === "" ? "without a word" : message.reason;
      this.#giveUp(new MigrationProblem("migration-refused", reason), "refused");
    } else if (this.#state === "listening" && kind === "hello") this.#greet(message);
    else if (this.#state === "precopy" && kind === "pages") this.#store(message);
    else if (this.#state === "precopy" && kind === "round") {
      // Before the answer: behind it the guest may stand still at any time.
      this.#options.tidy?.();
      this.#line.post({ kind: "received", round: message.round });
    } else if (this.#state === "precopy" && kind === "part") this.#collect(message);
    else if (this.#state === "precopy" && kind === "handover") this.#build();
    else if (this.#state === "stop-and-copy" && kind === "go") this.#fire("go");
    else if (this.#state === "postcopy" && kind === "pages") this.#store(message);
    else throw new MigrationProblem("migration-message-unexpected", `${kind} in ${this.#state}`);
  }

  #fire(event: DestinationEvent): void {
    const next = destinationTransitions[this.#state][event];
    if (next === undefined) return;
    this.#state = next;
    if (next === "stop-and-copy") this.#line.post({ kind: "ready" });
    if (next === "switchover") this.#ask();
    if (next === "postcopy") this.#line.post({ kind: "running", epoch: this.#epoch });
    if (next === "completed") this.#line.post({ kind: "complete" });
    if (this.isOver) this.#end(event);
  }

  #fail(problem: unknown): void {
    if (problem instanceof MigrationProblem) {
      this.#giveUp(problem, "lost");
      return;
    }
    // What a machine cannot be made of, or there is no room for; the source's run is to go on.
    const reason = problem instanceof Failure ? problem.code : String(problem);
    this.#giveUp(new MigrationProblem("migration-refused", reason), "cancelled");
  }

  /** Where there is nothing to give up any more, nothing has happened. */
  #giveUp(problem: MigrationProblem, event: DestinationEvent): void {
    if (destinationTransitions[this.#state][event] === undefined) return;
    this.#problem ??= problem;
    if (event === "cancelled") {
      const reason = problem.message.replace(/[^ -~]/g, "?").slice(0, 1000);
      this.#line.post({ kind: "abort", reason });
    }
    this.#fire(event);
  }

  #end(event: DestinationEvent): void {
    if (event === "lost") this.#line.cut();
    else this.#line.close();
    // The machine may be in the middle of a run that needs a page: it is the caller's.
    this.#stage?.dispose();
    this.#stage = undefined;
  }

  #greet(hello: MessageOf<"hello">): void {
    const { accept, content, compressions = [], monitor, owner } = this.#options;
    const version = negotiateVersion(hello);
    const refusal = hello.ramPages > mostRamPages ? "RAM is too large" : accept(hello);
    if (refusal !== undefined) {
      this.#giveUp(new MigrationProblem("migration-refused", refusal), "cancelled");
      return;
    }
    const found = hello.contents.map((name) => content?.(name));
    const contents = found.filter((one) => one !== undefined);
    const compression = compressions.find(({ name }) => hello.compressions.includes(name));
    this.#hello = hello;
    this.#compression = compression;
    this.#decoder = new PageDecoder({ contents, compression, pages: hello.ramPages + 1 });
    this.#stage = monitor.stageMachine(hello.ramPages);
    this.#line.post({
      ...{ kind: "welcome", version, owner, compression: compression?.name ?? "" },
      contents: found.flatMap((one, index) => (one ? [index] : [])),
    });
    this.#fire("hello");
  }

  #store(pages: MessageOf<"pages">): void {
    this.#decoder?.decode(pages, this.#stage?.pages ?? this.#supplied);
  }

  /** Where pages go when the guest runs already. */
  readonly #supplied: PageStore = {
    write: (page, bytes) => {
      if (!this.#absent.delete(page)) return;
      if (page === this.#awaited) this.#arrived = bytes;
      this.machine.ram.supply(page, bytes);
    },
    writeZeros: (page) => this.#supplied.write(page, new Uint8Array(pageBytes)),
    // What came before may be older than what was left behind.
    at: () => undefined,
  };

  #collect(part: MessageOf<"part">): void {
    const whole = this.#parts.add(part);
    if (!whole) return;
    if (part.name === "driver") this.#driver = whole;
    if (part.name === "state") this.#saved = whole;
    if (part.name === "ahead") this.#options.ahead?.(whole);
    if (part.name === "stage") this.#prepare(whole);
    if (part.name === "code" && this.#options.takesCode) this.#useCode(whole);
  }

  /** What takes long is done while the guest still runs there. */
  #prepare(saved: Uint8Array): void {
    if (this.#isPrepared) {
      throw new MigrationProblem("migration-message-unexpected", "a second stage");
    }
    this.#isPrepared = true;
    const { state, ram } = decodeMovingMachine(saved);
    this.#stage?.prepare(state, ram);
    for (let left = rehearsals; left > 0; left--) {
      this.#stage?.rehearse(decodeMovingMachine(saved));
      rehearsePages(this.#compression);
    }
  }

  #useCode(code: Uint8Array): void {
    try {
      this.#options.monitor.useKeptCode(code);
    } catch (failure) {
      // It is a gift: without it the guest is slower for a while.
      if (!(failure instanceof Failure)) throw failure;
    }
  }

  #build(): void {
    const { resources } = this.#options;
    if (!this.#saved || !this.#stage) {
      throw new MigrationProblem("migration-message-unexpected", "handover of nothing");
    }
    const staged = decodeMovingMachine(this.#saved);
    this.#saved = undefined;
    this.#machine = this.#stage.finish(staged, {
      ...resources(this.#driver, staged.state.hardware),
      pageSource: { fetch: (page) => this.#fetch(page) },
    });
    this.#stage = undefined;
    for (const page of staged.absent) this.#absent.add(page);
    this.#fire("handover");
  }

  #ask(): void {
    const { authority, owner, now } = this.#options;
    const { run, epoch } = this.#hello as MessageOf<"hello">;
    this.#claim = new Claim({ authority, run, epoch, owner }, now);
  }

  #judge({ epoch, owner }: Ownership): void {
    if (owner === this.#options.owner) {
      this.#epoch = epoch;
      this.#fire("mine");
      return;
    }
    this.#problem ??= new MigrationProblem("migration-outrun", `${owner} has it`);
    this.#line.post({ kind: "abort", reason: "the authority refuses" });
    this.#fire("theirs");
  }

  /** A device needs a page now. */
  #fetch(page: number): Uint8Array {
    const { waitForArrival } = this.#options;
    this.#awaited = page;
    this.#arrived = undefined;
    this.demand(page);
    while (!this.#arrived && this.#state === "postcopy" && waitForArrival) {
      waitForArrival();
      this.step();
    }
    this.#awaited = undefined;
    if (!this.#arrived) throw new MigrationProblem("migration-page-lost", `page ${page}`);
    return this.#arrived;
  }
}
