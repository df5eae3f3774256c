/**
 * The side that a run leaves. Nothing here waits: whoever owns the machine lets the guest run and this
 * side step by turns.
 *
 *     const source = new MigrationSource({ machine, channel, authority, … });
 *     while (!source.isOver) {
 *       source.step();
 *       if (source.guest === "runs") machine.run(source.instructionsOf(slice));
 *     }
 *     if (source.state === "aborted") …    // the run goes on here, with `source.epoch`
 *
 * Callers must let the guest run only while `guest` is `runs`, and keep the machine until it is over.
 */
import type { Bytes, Instructions, Pages } from "../base/units.ts";
import { codePageNumbers, type SavedCode } from "../interpreter/code-cache.ts";
import type { Machine } from "../machine/config.ts";
import type { PageLog } from "../memory/page-log.ts";
import { Allowance } from "./allowance.ts";
import type { Authority, Ownership } from "./authority.ts";
import { Claim } from "./claim.ts";
import type { Compression } from "./compression.ts";
import {
  type ConvergenceLimits,
  isConverged,
  type Milliseconds,
  nextShare,
} from "./is-converged.ts";
import type { KnownContent } from "./known-content.ts";
import { Line } from "./line.ts";
import type { MigrationChannel } from "./migration-channel.ts";
import { MigrationProblem } from "./migration-problem.ts";
import type { MigrationStatistics, SentRound } from "./migration-statistics.ts";
import { encodeMovingMachine } from "./moving-machine.ts";
import { PageEncoder } from "./page-encoder.ts";
import { PageQueue } from "./page-queue.ts";
import { partsOf } from "./part-collector.ts";
import {
  type Message,
  type MessageOf,
  type MigrationMode,
  type PagesPurpose,
  protocolVersions,
  stagingVersion,
} from "./protocol.ts";
import {
  type GuestRole,
  type SourceEvent,
  type SourceState,
  sourceGuest,
  sourceTransitions,
} from "./source-states.ts";

export interface SourceOptions {
  readonly machine: Machine;
  readonly channel: MigrationChannel;
  readonly authority: Authority;
  readonly run: string;
  /** The epoch in which this side has the run. */
  readonly epoch: number;
  /** What the authority knows this side by from now on, should it have to take the run back. */
  readonly owner: string;
  /** What lets the destination take the run. */
  readonly token: string;
  readonly mode: MigrationMode;
  readonly limits: ConvergenceLimits;
  /** Host time, growing. */
  readonly now: () => Milliseconds;
  /** How long nothing may move before the other side counts as gone. */
  readonly patience: Milliseconds;
  /** Infinite where it is not said. */
  readonly bytesPerSecond?: number;
  /** About so much leaves in one step. */
  readonly bytesPerStep?: Bytes;
  /** Pages that are kept to tell what has changed in them. */
  readonly cachePages?: Pages;
  readonly contents?: readonly KnownContent[];
  readonly compressions?: readonly Compression[];
  /** `Monitor.keepCode`, where the code is to go along. */
  readonly code?: () => Uint8Array;
  /** What the driver of the machine has to tell its next one; asked for when the guest has stopped. */
  readonly driver?: () => Uint8Array;
}

/** While the guest runs: a batch has its price, however many pages are in it. */
const batchPages: Pages = 192;
/** While it stands still: the other side looks at one while the next one is made. */
const stoppedBatchPages: Pages = 64;
/** A guest that waits for a page waits for one batch at the most. */
const laterBatchPages: Pages = 16;
const batchOf: Readonly<Record<PagesPurpose, Pages>> = {
  precopy: batchPages,
  stopped: stoppedBatchPages,
  postcopy: laterBatchPages,
};
/** What is less says more about the way than about its width. */
const fewestMeasured: Bytes = 2 ** 18;

export class MigrationSource {
  readonly #options: SourceOptions;
  readonly #line: Line;
  readonly #allowance: Allowance;
  #state: SourceState = "negotiating";
  #problem: MigrationProblem | undefined;
  #epoch: number;
  #encoder: PageEncoder = new PageEncoder({ contents: [], cachePages: 0 });
  #destination = "";
  #log: PageLog | undefined;
  #claim: Claim | undefined;
  /** What is still to be sent: of this round, of what the guest left when it stopped, of the rest. */
  #queue = new PageQueue([]);
  /** Pages whose content is left for post-copy. */
  readonly #postponed = new Set<number>();
  /** Of the state that the destination has prepared the machine of. */
  #stagedCode: SavedCode | undefined;
  /** Whether the destination prepares machines. */
  #stages = false;
  /** What follows when the queue is empty. */
  #behind: Message[] = [];
  #round = { number: 1, pages: 0, bytes: 0, since: 0 };
  readonly #rounds: SentRound[] = [];
  #bytesPerMillisecond = Number.POSITIVE_INFINITY;
  #share = 1;
  #stoppedAt: Milliseconds | undefined;
  readonly #counts = { stateBytes: 0, stoppedPages: 0, laterPages: 0, demandedPages: 0 };
  #downtime: Milliseconds | undefined;
  #copied: Milliseconds | undefined;

  constructor(options: SourceOptions) {
    this.#options = options;
    this.#epoch = options.epoch;
    this.#line = new Line(options);
    const { bytesPerSecond = Number.POSITIVE_INFINITY, now } = options;
    this.#allowance = new Allowance(bytesPerSecond, now);
    const { run, epoch, token, mode, contents = [], compressions = [], machine } = options;
    this.#line.post({
      ...{ kind: "hello", ...protocolVersions, run, epoch, token, mode },
      ramPages: machine.ram.pages,
      contents: contents.map(({ name }) => name),
      compressions: compressions.map(({ name }) => name),
    });
  }

  get state(): SourceState {
    return this.#state;
  }

  get guest(): GuestRole {
    return sourceGuest[this.#state];
  }

  get isOver(): boolean {
    return Object.keys(sourceTransitions[this.#state]).length === 0;
  }

  /** Why it did not come to its end, or was not completed from here. */
  get problem(): MigrationProblem | undefined {
    return this.#problem;
  }

  /** Where the run goes on here: in this epoch. */
  get epoch(): number {
    return this.#epoch;
  }

  get statistics(): MigrationStatistics {
    return {
      ...this.#counts,
      rounds: this.#rounds,
      kinds: this.#encoder.statistics,
      compressed: this.#encoder.compressed,
      sentBytes: this.#line.sent,
      downtime: this.#downtime,
      copied: this.#copied,
      share: this.#share,
    };
  }

  /** How many of the instructions that the guest usually gets between two steps it gets now. */
  instructionsOf(usual: Instructions): Instructions {
    return Math.ceil(usual * this.#share);
  }

  /** Does what can be done now. */
  step(): void {
    this.#line.flush();
    try {
      // What comes with or behind the end of a connection is still looked at.
      for (let message = this.#receive(); message; message = this.#receive()) this.#hear(message);
    } catch (problem) {
      this.#fail(problem);
    }
    this.#work();
    this.#line.flush();
  }

  /** Calls it off; comes too late once the destination may have the run. */
  cancel(): void {
    this.#tell("migration-cancelled", "here", "cancelled");
  }

  #receive(): Message | undefined {
    return this.isOver || this.#state === "reclaiming" ? undefined : this.#line.receive();
  }

  #hear(message: Message): void {
    if (message.kind === "welcome" && this.#state === "negotiating") this.#welcome(message);
    else if (message.kind === "received" && this.#state === "precopy") this.#endRound(message);
    else if (message.kind === "ready" && this.#state === "stop-and-copy") this.#fire("ready");
    else if (message.kind === "running" && this.#state === "switchover") this.#fire("running");
    else if (message.kind === "demand" && this.#state === "postcopy") {
      this.#counts.demandedPages++;
      this.#queue.hurry(message.page);
    } else if (message.kind === "complete" && this.#state === "postcopy") this.#fire("complete");
    else if (message.kind === "abort") this.#tell("migration-refused", message.reason, "refused");
    else {
      const when = `${message.kind} in ${this.#state}`;
      throw new MigrationProblem("migration-message-unexpected", when);
    }
  }

  #welcome(welcome: MessageOf<"welcome">): void {
    const { contents = [], compressions = [], code, cachePages = 4096 } = this.#options;
    const { version, compression: name } = welcome;
    const known = welcome.contents.map((index) => contents[index]);
    const compression = compressions.find((one) => one.name === name);
    const isVersion = version >= protocolVersions.least && version <= protocolVersions.newest;
    if (!isVersion || known.includes(undefined) || (name !== "" && !compression)) {
      throw new MigrationProblem(
        "migration-message-malformed",
        "a welcome to what was not offered",
      );
    }
    this.#destination = welcome.owner;
    this.#stages = version >= stagingVersion;
    this.#encoder = new PageEncoder({
      contents: known as KnownContent[],
      ...{ compression, cachePages },
    });
    if (code) this.#line.post(...partsOf("code", code()));
    this.#fire("welcome");
  }

  #fire(event: SourceEvent): void {
    const next = sourceTransitions[this.#state][event];
    if (next === undefined) return;
    this.#state = next;
    if (next === "precopy") this.#beginRounds();
    if (next === "stop-and-copy") this.#stop();
    if (next === "switchover") this.#handOver();
    if (next === "reclaiming") this.#reclaim();
    if (next === "postcopy") this.#serve();
    if (this.isOver) this.#end(event);
  }

  #tell(code: MigrationProblem["code"], detail: string, event: SourceEvent): void {
    const problem = new MigrationProblem(code, detail === "" ? "without a word" : detail);
    this.#giveUp(problem, event);
  }

  #fail(problem: unknown): void {
    if (!(problem instanceof MigrationProblem)) throw problem;
    this.#giveUp(problem, "lost");
  }

  /** Where there is nothing to give up any more, nothing has happened. */
  #giveUp(problem: MigrationProblem, event: SourceEvent): void {
    if (sourceTransitions[this.#state][event] === undefined) return;
    this.#problem ??= problem;
    this.#fire(event);
  }

  #end(event: SourceEvent): void {
    this.#log?.close();
    this.#log = undefined;
    if (this.#state === "superseded") {
      this.#problem ??= new MigrationProblem("migration-outrun", this.#options.run);
    }
    if (event === "cancelled") this.#line.post({ kind: "abort", reason: "cancelled" });
    if (event === "lost") this.#line.cut();
    else this.#line.close();
  }

  // Pre-copy.

  #beginRounds(): void {
    const { ram } = this.#options.machine;
    this.#log = ram.openDirtyLog();
    this.#beginRound(1, ram.residence().resident);
  }

  #beginRound(number: number, pages: readonly number[]): void {
    const { now } = this.#options;
    this.#queue = new PageQueue(pages);
    this.#round = { number, pages: pages.length, bytes: this.#line.sent, since: now() };
    this.#behind = [{ kind: "round", round: number }];
  }

  #endRound({ round }: MessageOf<"received">): void {
    if (round !== this.#round.number || this.#behind.length > 0) {
      throw new MigrationProblem("migration-message-unexpected", `the end of round ${round}`);
    }
    const { mode, limits, now } = this.#options;
    const milliseconds = now() - this.#round.since;
    const bytes = this.#line.sent - this.#round.bytes;
    const dirty = this.#log?.harvest() ?? [];
    if (bytes >= fewestMeasured) {
      this.#bytesPerMillisecond = bytes / Math.max(milliseconds, 0.001);
    }
    const statistics: SentRound = {
      ...{ pages: this.#round.pages, bytes },
      rounds: round,
      dirtyPages: dirty.length,
      bytesPerPage: this.#round.pages === 0 ? 0 : bytes / this.#round.pages,
      bytesPerMillisecond: this.#bytesPerMillisecond,
      dirtiedPages: dirty.length,
      roundMilliseconds: milliseconds,
    };
    this.#rounds.push(statistics);
    const isEnough = mode !== "precopy" || isConverged(statistics, limits);
    const isToBeStaged = this.#stages && !this.#stagedCode && round < limits.mostRounds;
    this.#beginRound(round + 1, dirty);
    if (isEnough && !isToBeStaged) this.#fire("converged");
    if (!isEnough) this.#share = nextShare(this.#share, statistics);
    if (isToBeStaged) this.#sendStage();
  }

  /** Behind the pages of this round the destination knows all that the state speaks of. */
  #sendStage(): void {
    const { machine } = this.#options;
    const state = machine.save();
    this.#stagedCode = state.code;
    const ram = { ...machine.ram.residence(), absent: [] };
    const encoded = encodeMovingMachine(state, ram);
    // A rehearsal: what is compared when the guest has stopped, the host's compiler knows by then.
    encodeMovingMachine(state, ram, state.code);
    this.#behind.unshift(...partsOf("stage", encoded));
  }

  // What is left when the guest has stopped.

  #stop(): void {
    const { machine, mode, driver, now } = this.#options;
    this.#stoppedAt = now();
    this.#log?.close();
    this.#log = undefined;
    machine.pause();
    const state = machine.save();
    const { resident, readZeros, sweepAt } = machine.ram.residence();
    const dirty = this.#queue.take(Number.POSITIVE_INFINITY);
    const absent = mode === "precopy" ? [] : this.#leaveBehind(dirty, state.code, resident);
    const left = new Set(absent);
    // Pages that were swept meanwhile are in no list, and what was sent of them is dropped there.
    const pages = new Set([...dirty, ...this.#postponed].filter((page) => !left.has(page)));
    const here = left.size === 0 ? resident : resident.filter((page) => !left.has(page));
    const ram = { resident: here, absent, readZeros, sweepAt };
    const encoded = encodeMovingMachine(state, ram, this.#stagedCode);
    this.#counts.stateBytes = encoded.length;
    this.#counts.stoppedPages = pages.size;
    this.#queue = new PageQueue([...pages].sort((a, b) => a - b));
    this.#postponed.clear();
    for (const page of absent) this.#postponed.add(page);
    this.#behind = [
      ...(driver ? partsOf("driver", driver()) : []),
      ...partsOf("state", encoded),
      { kind: "handover" },
    ];
  }

  /**
   * Pages that the destination can do without for a while, ascending. Those with decoded code are not
   * among them: an instruction whose page came while it was decoded could be counted twice.
   */
  #leaveBehind(dirty: readonly number[], code: SavedCode, resident: readonly number[]): number[] {
    const { ram } = this.#options.machine;
    const needed = new Set([...codePageNumbers(code), ram.pages]);
    const open = new Set([...dirty, ...this.#postponed].filter((page) => !needed.has(page)));
    const absent: number[] = [];
    for (const { page, bytes } of ram.contents(resident.filter((page) => open.has(page)))) {
      if (!this.#encoder.isCheap(page, bytes)) absent.push(page);
    }
    return absent;
  }

  // Switchover and what comes behind it.

  #reclaim(): void {
    this.#line.cut();
    const { authority, run, owner, now } = this.#options;
    this.#claim = new Claim({ authority, run, epoch: this.#epoch, owner }, now);
  }

  #judge({ epoch, owner }: Ownership): void {
    if (owner === this.#options.owner) {
      this.#epoch = epoch;
      this.#fire("mine");
    } else this.#fire(owner === this.#destination ? "theirs" : "others");
  }

  #handOver(): void {
    if (this.#stoppedAt !== undefined) this.#copied = this.#options.now() - this.#stoppedAt;
    this.#line.post({ kind: "go" });
  }

  #serve(): void {
    const { now } = this.#options;
    if (this.#stoppedAt !== undefined) this.#downtime = now() - this.#stoppedAt;
    this.#queue = new PageQueue(this.#postponed);
    this.#behind = [];
  }

  // Sending.

  #work(): void {
    if (this.#state === "reclaiming") {
      const answer = this.#claim?.step();
      if (answer) this.#judge(answer);
    } else if (this.#state === "precopy") this.#send("precopy");
    else if (this.#state === "stop-and-copy") this.#send("stopped");
    else if (this.#state === "postcopy") this.#send("postcopy");
  }

  #send(purpose: PagesPurpose): void {
    const { bytesPerStep = 2 ** 20 } = this.#options;
    const end = this.#line.sent + bytesPerStep;
    while (this.#queue.length > 0) {
      // The limit is there for others' sake; a guest that stands still comes first.
      const isOpen = purpose === "stopped" || this.#allowance.isOpen;
      if (!isOpen || !this.#line.isFree || this.#line.sent >= end) return;
      this.#sendBatch(purpose);
    }
    const behind = this.#behind;
    this.#behind = [];
    if (behind.length > 0) this.#line.post(...behind);
  }

  #sendBatch(purpose: PagesPurpose): void {
    const { machine, mode, bytesPerSecond } = this.#options;
    // Where little may leave in a time, much of it is not to leave at once.
    const isLimited = purpose === "precopy" && bytesPerSecond !== undefined;
    const pages = this.#queue.take(isLimited ? batchOf.stopped : batchOf[purpose]);
    const encoder = this.#encoder;
    for (const { page, bytes } of machine.ram.contents(pages)) {
      if (purpose === "precopy" && mode !== "precopy" && this.#isPostponed(page, bytes)) continue;
      encoder.add(page, bytes, purpose === "postcopy");
    }
    const before = this.#line.sent;
    if (!encoder.isEmpty) this.#line.post({ kind: "pages", purpose, ...encoder.takeBatch() });
    this.#allowance.spend(this.#line.sent - before);
    if (purpose === "postcopy") this.#counts.laterPages += pages.length;
  }

  /**
   * Post-copy sends at once what costs nothing and what cannot be left behind; hybrid sends everything
   * once.
   */
  #isPostponed(page: number, bytes: Uint8Array): boolean {
    const { mode, machine } = this.#options;
    const isNeeded = page === machine.ram.pages || machine.ram.holdsCode(page);
    const isLate = mode === "postcopy" && !isNeeded && !this.#encoder.isCheap(page, bytes);
    if (isLate) this.#postponed.add(page);
    else this.#postponed.delete(page);
    return isLate;
  }
}
