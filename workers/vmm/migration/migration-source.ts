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
import type { Bytes, Instructions } from "../base/units.ts";
import { codePageNumbers } from "../interpreter/code-cache.ts";
import type { PageLog } from "../memory/page-log.ts";
import type { AheadContent } from "./ahead-content.ts";
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
import { MovingState } from "./moving-state.ts";
import { PageSender, type PageSenderOptions } from "./page-sender.ts";
import { partsOf } from "./part-collector.ts";
import {
  aheadVersion,
  type Message,
  type MessageOf,
  protocolVersions,
  stagingVersion,
} from "./protocol.ts";
import { rehearsePages } from "./rehearse-pages.ts";
import {
  type GuestRole,
  type SourceEvent,
  type SourceState,
  sourceGuest,
  sourceTransitions,
} from "./source-states.ts";
import type { Tidy } from "./tidy.ts";

export interface SourceOptions extends PageSenderOptions {
  readonly channel: MigrationChannel;
  readonly authority: Authority;
  readonly run: string;
  /** The epoch in which this side has the run. */
  readonly epoch: number;
  /** What the authority knows this side by from now on, should it have to take the run back. */
  readonly owner: string;
  /** What lets the destination take the run. */
  readonly token: string;
  readonly limits: ConvergenceLimits;
  /** How long nothing may move before the other side counts as gone. */
  readonly patience: Milliseconds;
  readonly contents?: readonly KnownContent[];
  readonly compressions?: readonly Compression[];
  /** `Monitor.keepCode`, where the code is to go along. */
  readonly code?: () => Uint8Array;
  /** What the driver of the machine has to tell its next one; asked for when the guest has stopped. */
  readonly driver?: () => Uint8Array;
  /** What the driver does for that, without saying anything: the guest runs on. */
  readonly rehearse?: () => void;
  /** What of it may go before that; a driver that is asked has only to tell what is left of it then. */
  readonly ahead?: AheadContent;
  readonly tidy?: Tidy;
}

/** What is less says more about the way than about its width. */
const fewestMeasured: Bytes = 2 ** 18;

export class MigrationSource {
  readonly #options: SourceOptions;
  readonly #line: Line;
  readonly #pages: PageSender;
  readonly #moving: MovingState;
  #state: SourceState = "negotiating";
  #problem: MigrationProblem | undefined;
  #epoch: number;
  #destination = "";
  #log: PageLog | undefined;
  #claim: Claim | undefined;
  /** The round in which garbage was collected last. */
  #tidied = 0;
  /** Whether the destination prepares machines. */
  #stages = false;
  #round = { number: 1, pages: 0, bytes: 0, since: 0 };
  readonly #rounds: SentRound[] = [];
  #bytesPerMillisecond = Number.POSITIVE_INFINITY;
  #share = 1;
  #stoppedAt: Milliseconds | undefined;
  readonly #counts = { stateBytes: 0, stoppedPages: 0, demandedPages: 0 };
  #downtime: Milliseconds | undefined;
  #copied: Milliseconds | undefined;

  constructor(options: SourceOptions) {
    this.#options = options;
    this.#epoch = options.epoch;
    this.#line = new Line(options);
    this.#pages = new PageSender(this.#line, options);
    this.#moving = new MovingState(options.machine);
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
      laterPages: this.#pages.laterPages,
      kinds: this.#pages.statistics.statistics,
      compressed: this.#pages.statistics.compressed,
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
      this.#pages.hurry(message.page);
    } else if (message.kind === "complete" && this.#state === "postcopy") this.#fire("complete");
    else if (message.kind === "abort") this.#tell("migration-refused", message.reason, "refused");
    else {
      const when = `${message.kind} in ${this.#state}`;
      throw new MigrationProblem("migration-message-unexpected", when);
    }
  }

  #welcome(welcome: MessageOf<"welcome">): void {
    const { contents = [], compressions = [], code } = this.#options;
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
    this.#pages.meet({
      contents: known as KnownContent[],
      compression,
      ahead: version >= aheadVersion ? this.#options.ahead : undefined,
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

  /** @param before what is said behind the pages and before the round's end */
  #beginRound(number: number, pages: readonly number[], before: readonly Message[] = []): void {
    const { now } = this.#options;
    const count = pages.length + this.#pages.aheadPages;
    this.#round = { number, pages: count, bytes: this.#line.sent, since: now() };
    this.#pages.begin(pages, [...before, { kind: "round", round: number }]);
  }

  #endRound({ round }: MessageOf<"received">): void {
    if (round !== this.#round.number || !this.#pages.isDone) {
      throw new MigrationProblem("migration-message-unexpected", `the end of round ${round}`);
    }
    const { mode, limits, now } = this.#options;
    const milliseconds = now() - this.#round.since;
    const bytes = this.#line.sent - this.#round.bytes;
    const dirty = this.#log?.harvest() ?? [];
    const dirtyPages = dirty.length + this.#pages.aheadPages;
    if (bytes >= fewestMeasured) {
      this.#bytesPerMillisecond = bytes / Math.max(milliseconds, 0.001);
    }
    const statistics: SentRound = {
      ...{ pages: this.#round.pages, bytes },
      rounds: round,
      dirtyPages,
      bytesPerPage: this.#round.pages === 0 ? 0 : bytes / this.#round.pages,
      bytesPerMillisecond: this.#bytesPerMillisecond,
      dirtiedPages: dirtyPages,
      roundMilliseconds: milliseconds,
    };
    this.#rounds.push(statistics);
    const isEnough = mode !== "precopy" || isConverged(statistics, limits);
    const isToBeStaged = this.#stages && !this.#moving.isStaged && round < limits.mostRounds;
    // Behind the pages of this round the destination knows all that the state speaks of.
    const stage = isToBeStaged ? partsOf("stage", this.#moving.stage()) : [];
    this.#beginRound(round + 1, dirty, [...stage]);
    if (isEnough && !isToBeStaged) this.#fire("converged");
    if (!isEnough) this.#share = nextShare(this.#share, statistics);
  }

  // What is left when the guest has stopped.

  #stop(): void {
    const { machine, driver, now } = this.#options;
    this.#stoppedAt = now();
    this.#log?.close();
    this.#log = undefined;
    machine.pause();
    const state = machine.save();
    const residence = machine.ram.residence();
    const pages = this.#pages.divide(residence.resident, () => codePageNumbers(state.code));
    const encoded = this.#moving.last(state, residence, pages.later);
    this.#counts.stateBytes = encoded.length;
    this.#counts.stoppedPages = pages.now.length;
    this.#pages.begin(pages.now, [
      ...(driver ? partsOf("driver", driver()) : []),
      ...partsOf("state", encoded),
      { kind: "handover" },
    ]);
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
    this.#pages.sendLater();
  }

  // Sending.

  #work(): void {
    if (this.#state === "reclaiming") {
      const answer = this.#claim?.step();
      if (answer) this.#judge(answer);
    } else if (this.#state === "precopy") {
      this.#pages.send("precopy");
      if (this.#pages.isDone) this.#prepareToStop();
    } else if (this.#state === "stop-and-copy") this.#pages.send("stopped");
    else if (this.#state === "postcopy") this.#pages.send("postcopy");
  }

  /** The destination is at work: there is time for what would make the stop longer. */
  #prepareToStop(): void {
    const { number } = this.#round;
    if (this.#moving.rehearse()) {
      this.#options.rehearse?.();
      rehearsePages(this.#pages.compression);
    } else if (this.#tidied === number) return;
    this.#tidied = number;
    this.#options.tidy?.();
  }
}
