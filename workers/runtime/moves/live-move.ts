import type { Redis } from "ioredis";
import { runKeys } from "../../../shared/protocol/run-keys.ts";
import { runRetention } from "../../../shared/protocol/run-retention.ts";
import type { MoveReport } from "../../../shared/schema/move-report.ts";
import { log } from "../../../shared/telemetry/log.ts";
import type { ConvergenceLimits, MigrationStatistics } from "../../vmm/mod.ts";
import { buildIdentity } from "../build-identity.ts";
import { connectToWorker } from "../migration/migration-tls.ts";
import { receiveAnswer, sendWord } from "../migration/move-opening.ts";
import { StreamChannel } from "../migration/stream-channel.ts";
import type { WorkerCertificate } from "../migration/worker-certificate.ts";
import type { WorkerDoors } from "../migration/worker-doors.ts";
import type { PackingPort, ServedPackingPort } from "../packing/packing-port.ts";
import type { PackingThread } from "../packing/packing-thread.ts";
import type { DepartureTrace } from "../telemetry/departure-trace.ts";
import type { FinishedMove } from "../telemetry/worker-metrics.ts";
import type { MovableRun, MoveRun, MoveWish } from "./move-run.ts";

export interface LiveMoveParts {
  readonly redis: Redis;
  readonly worker: string;
  readonly certificate: WorkerCertificate;
  readonly doors: Pick<WorkerDoors, "of">;
  /** Where a run cannot go as it is. */
  readonly otherwise: MoveRun;
  readonly limits: ConvergenceLimits;
  readonly bytesPerSecond: number | undefined;
  /** The thread that makes batches of pages, from when it is needed on; without it guests' threads do. */
  packing?(): Pick<PackingThread, "connect">;
  /** Hears of each move. */
  readonly onMove?: (move: FinishedMove) => void;
}

/** What became of an attempt; `closed`: it could not even begin. */
interface Attempt {
  readonly outcome: "moved" | "stayed" | "closed";
  readonly why?: string | undefined;
  readonly statistics?: MigrationStatistics | undefined;
  readonly departure?: DepartureTrace | undefined;
  /** The guest has come to its end meanwhile. */
  readonly isOver?: boolean | undefined;
}

interface OpenedWay {
  readonly channel: StreamChannel;
  readonly isSameBuild: boolean;
  readonly departure: DepartureTrace | undefined;
}

interface LiveWish {
  readonly to: string;
  readonly ticket: string;
  readonly way: "precopy" | "postcopy" | "hybrid";
  readonly mustGo: boolean;
}

/** Milliseconds for each step of making the connection. */
const openingPatience = 10_000;
/** Milliseconds for which nothing may move on it before the other side counts as gone. */
const patience = 10_000;
/** Rounds that a report tells of. */
const mostPasses = 64;
/** Of one run that are kept beside each other. */
const mostReports = 32;
/** Seconds for which a report can be read. */
const reportSeconds = 3600;

/**
 * Moves a run while its guest runs, over a connection to the other worker. A run for which no
 * connection can be made moves by a checkpoint instead; one whose migration fails half-way stays where
 * it is, unless it must go.
 */
export class LiveMove implements MoveRun {
  readonly #parts: LiveMoveParts;

  constructor(parts: LiveMoveParts) {
    this.#parts = parts;
  }

  async move(run: MovableRun, wish: MoveWish, mustGo: boolean): Promise<void> {
    const began = performance.now();
    const startedAt = Date.now();
    const { to, ticket, way = "precopy" } = wish;
    if (to === undefined) return this.#parts.otherwise.move(run, wish, mustGo);
    const attempt: Attempt =
      way === "checkpoint"
        ? { outcome: "closed" }
        : ticket === undefined
          ? { outcome: "closed", why: "it was given no ticket" }
          : await this.#attempt(run, { to, ticket, way, mustGo });
    const { outcome, statistics, departure } = attempt;
    if (outcome === "moved" || attempt.isOver) await run.ended;
    const total = performance.now() - began;
    const figures = statistics && figuresOf(statistics, total);
    if (outcome !== "closed") {
      departure?.tell(outcome, statistics, attempt.why);
      this.#parts.onMove?.({ way, outcome, total, figures });
    }
    const report = {
      to,
      startedAt,
      ...(attempt.why && { why: attempt.why }),
      ...(figures && { figures }),
    };
    const hasEnded = { to, startedAt, way, outcome: "ended" } as const;
    if (attempt.isOver || (outcome !== "moved" && run.hasEnded)) {
      return this.#report(run, wish, hasEnded);
    }
    if (outcome === "moved" || (outcome === "stayed" && !mustGo)) {
      return this.#report(run, wish, { ...report, way, outcome });
    }
    await this.#parts.otherwise.move(run, wish, mustGo);
    // It may have done so while the last checkpoint was asked for.
    if (run.hasEnded) return this.#report(run, wish, hasEnded);
    const gone = performance.now() - began;
    this.#parts.onMove?.({ way: "checkpoint", outcome: "moved", total: gone });
    await this.#report(run, wish, { ...report, way: "checkpoint", outcome: "moved" });
  }

  async #attempt(run: MovableRun, wish: LiveWish): Promise<Attempt> {
    const { guest } = run;
    if (!guest) return { outcome: "closed", why: "it has not begun" };
    // Pages of it may still be on the worker that it came from.
    await guest.whole;
    const { to, ticket, way } = wish;
    const { worker, limits, bytesPerSecond } = this.#parts;
    let opened: OpenedWay;
    try {
      opened = await this.#open(run, guest.epoch, wish);
    } catch (error) {
      return { outcome: "closed", why: error instanceof Error ? error.message : String(error) };
    }
    const outcome = await guest.depart(opened.channel, {
      run: run.submission,
      owner: `${worker} ${crypto.randomUUID()}`,
      token: ticket,
      ...{ mode: way, limits, patience },
      sendsCode: opened.isSameBuild,
      ...(bytesPerSecond !== undefined && { bytesPerSecond }),
      ...(way === "precopy" && this.#packing()),
    });
    const { departure } = opened;
    departure?.over();
    if (!outcome)
      return { outcome: "stayed", why: "the run was broken off here meanwhile", departure };
    const { statistics, problem: why } = outcome;
    if (outcome.type === "stayed") {
      return { outcome: "stayed", why, statistics, departure, isOver: outcome.isOver };
    }
    if (outcome.how === "completed") return { outcome: "moved", why, statistics, departure };
    const nowhere = `neither here nor on ${to}`;
    return { outcome: "stayed", why: why ?? nowhere, statistics, departure };
  }

  /** The guest's end of a channel to the packing thread. */
  #packing(): { readonly packing?: PackingPort } {
    const { packing } = this.#parts;
    if (!packing) return {};
    const { port1, port2 } = new MessageChannel();
    packing().connect(port2 as unknown as ServedPackingPort);
    return { packing: port1 as unknown as PackingPort };
  }

  /** @throws Error with a clause that says why it cannot go there */
  async #open(
    run: MovableRun,
    epoch: number,
    { to, ticket, way, mustGo }: LiveWish,
  ): Promise<OpenedWay> {
    const { doors, certificate, worker: from } = this.#parts;
    const door = await doors.of(to);
    if (!door) throw new Error(`${to} lets no runs in`);
    const socket = await connectToWorker(door, certificate, openingPatience);
    const channel = new StreamChannel(socket);
    try {
      const build = buildIdentity();
      const { submission, lock, elapsed } = run;
      const departure = run.trace?.departs(to, way);
      const place = departure?.place;
      const word = { run: submission, from, to, epoch, ticket, build, lock, elapsed, mustGo };
      sendWord(channel, { ...word, ...(place !== undefined && { trace: place }) });
      const answer = await receiveAnswer(channel, openingPatience);
      if ("refusal" in answer) throw new Error(`${to} refuses: ${answer.refusal}`);
      departure?.arrivesAs(answer.trace);
      return { channel, isSameBuild: answer.build === build, departure };
    } catch (error) {
      channel.cut();
      throw error;
    }
  }

  async #report(
    run: MovableRun,
    { id }: MoveWish,
    report: Omit<MoveReport, "id" | "run" | "from">,
  ): Promise<void> {
    const { redis, worker: from } = this.#parts;
    const { submission } = run;
    const { move, moves } = runKeys(submission);
    const where = {
      moved: `has gone to ${report.to}`,
      stayed: "stays",
      ended: "came to its end before it could go",
    }[report.outcome];
    const why = report.why === undefined ? "" : `: ${report.why}`;
    log.info(`${submission} ${where} (${report.way})${why}`);
    const words = JSON.stringify({ id: id ?? "", run: submission, from, ...report });
    // It is for people; nothing depends on it.
    await redis.set(move, words, "EX", reportSeconds).catch(() => undefined);
    await redis
      .multi()
      .rpush(moves, words)
      .ltrim(moves, -mostReports, -1)
      .expire(moves, runRetention.recordSeconds)
      .exec()
      .catch(() => undefined);
  }
}

function passesOf(rounds: MigrationStatistics["rounds"]) {
  return rounds.slice(0, mostPasses).map(({ pages, bytes, dirtiedPages, roundMilliseconds }) => {
    return { pages, bytes, dirtiedPages, duration: roundMilliseconds };
  });
}

function figuresOf(
  statistics: MigrationStatistics,
  total: number,
): NonNullable<MoveReport["figures"]> {
  const { rounds, kinds, sentBytes, downtime, stoppedPages, laterPages, demandedPages, share } =
    statistics;
  const pages = Object.entries(kinds).map(([kind, { pages }]) => [kind, pages] as const);
  return {
    rounds: rounds.length,
    passes: passesOf(rounds),
    ...(downtime !== undefined && { downtime }),
    pages: Object.fromEntries(pages),
    ...{ sentBytes, total, stoppedPages, laterPages, demandedPages, share },
  };
}
