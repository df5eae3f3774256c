import type { SpanContext } from "@opentelemetry/api";
import type { GradingJob } from "../../shared/protocol/grading-job.ts";
import type { Assignment } from "../../shared/schema/assignment.ts";
import { log } from "../../shared/telemetry/log.ts";
import { traceParent } from "../../shared/telemetry/otel/trace-parent.ts";
import type { MigrationChannel } from "../vmm/mod.ts";
import { buildIdentity } from "./build-identity.ts";
import { planCheckpoints } from "./checkpoint/plan-checkpoints.ts";
import { RunCheckpoints } from "./checkpoint/run-checkpoints.ts";
import { farewellTo } from "./debug/farewell-to.ts";
import type { RunDebugger } from "./debug/run-debugger.ts";
import { ExitBook } from "./exit-book.ts";
import type { SessionSignals } from "./grading-session.ts";
import { HostEnd } from "./migration/host-end.ts";
import { joinChannels } from "./migration/join-channels.ts";
import type { MoveOpening } from "./migration/move-opening.ts";
import { RedisAuthority } from "./migration/redis-authority.ts";
import { LiveGuest } from "./moves/live-guest.ts";
import { passOn } from "./pass-on.ts";
import { prepareRun } from "./prepare-run.ts";
import { NotArrived, runGuest } from "./run-guest.ts";
import { RunJournal, type Told } from "./run-journal.ts";
import { RunReporter } from "./run-reporter.ts";
import {
  breakSession,
  finishSession,
  isStillOurs,
  LeaseLost,
  type SessionOutcome,
  type SessionParts,
} from "./session-end.ts";
import type { SessionResources } from "./session-resources.ts";
import { RunTelemetry } from "./telemetry/run-telemetry.ts";
import type { DebugCommand } from "./thread/debug-protocol.ts";
import type { MoveCommand, MoveMessage } from "./thread/move-protocol.ts";

export interface ArrivingRun {
  readonly job: GradingJob;
  readonly opening: MoveOpening;
  readonly channel: MigrationChannel;
  /** What its span here is to be; where it is traced. */
  readonly own?: SpanContext | undefined;
  /** The run is this worker's now: so the queue's job has to be. */
  onArrived(lose: () => void): void;
}

/** Milliseconds for which nothing may move on the channel before the other side counts as gone. */
const patience = 10_000;
const knockInterval = 50;

/**
 * Runs a job whose run comes here while it runs: as `runSession`, from the middle.
 *
 *   prepare → take in → (the run is ours) → run → grade → finish
 *
 * @returns undefined where it did not come here: then it goes on where it was
 */
export async function runArrival(
  arriving: ArrivingRun,
  resources: SessionResources,
  { signal, handOver }: SessionSignals,
): Promise<SessionOutcome | undefined> {
  const { job, opening, channel } = arriving;
  const { redis, identity, pool } = resources;
  const { run, epoch, from } = opening;
  const began = performance.now() - opening.elapsed;
  const abort = new AbortController();
  const stop = () => abort.abort(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  const lose = () => {
    // One that is leaving again may be another worker's by now, and still has pages to give.
    if (!here?.guest.isStanding) abort.abort(new LeaseLost("the run is no longer ours"));
  };
  const authority = new RedisAuthority(redis, identity);
  const owner = `${identity.name} ${crypto.randomUUID()}`;
  let send: (command: MoveCommand) => void = () => undefined;
  let debug: (command: DebugCommand) => void = () => undefined;
  let attended: RunDebugger | undefined;
  let told: Told | undefined;
  let here: (SessionParts & { readonly guest: LiveGuest; readonly exits: ExitBook }) | undefined;
  let fenced: Promise<void> | undefined;
  const end = new HostEnd(() => send({ type: "knock" }));
  const knocks = setInterval(() => send({ type: "knock" }), knockInterval);

  const claim = (at: number, name: string) =>
    authority.compareAndSet(run, at, name, here ? undefined : from);
  /** What it says from now on is this worker's to write. */
  const settle = (message: Extract<MoveMessage, { type: "arrived" }>, assignment: Assignment) => {
    const before = told ?? { console: message.driver.consoleBytes, steps: 0 };
    const journal = RunJournal.goOn(redis, run, message.epoch, before);
    const reporter = new RunReporter(journal, lose, (error) => abort.abort(error));
    reporter.startAt(message.driver.consoleBytes);
    const checkpoints = new RunCheckpoints(
      resources.checkpoints.store,
      { name: run, epoch: message.epoch, labels: { assignment: job.assignment } },
      {
        isOurs: () => isStillOurs(reporter, abort.signal),
        onLeft: resources.checkpoints.left.add.bind(resources.checkpoints.left),
      },
    );
    const guest = new LiveGuest({ journal, reporter, send, claim }, false);
    const { own } = arriving;
    const cameBy = traceParent.read(opening.trace);
    const telemetry = new RunTelemetry(
      { job, epoch: message.epoch, identity, how: "migration", own, cameBy },
      resources.metrics,
    );
    telemetry.arrives();
    resources.onTrace?.(telemetry.trace);
    const { moveRate } = resources;
    const place = telemetry.trace.mark;
    const onExits = telemetry.exits.bind(telemetry);
    const book = { journal, identity, assignment, submission: run, onExits, moveRate, place };
    const exits = new ExitBook(book, message.instructions);
    here = { journal, reporter, checkpoints, guest, exits, telemetry };
    fenced = checkpoints.fence().catch(lose);
    resources.onProgress?.({ epoch: message.epoch, instructions: message.instructions });
    resources.onGuest?.(guest);
    attended = resources.debuggers?.attend({
      submission: run,
      epoch: () => journal.epoch,
      send: (command) => debug(command),
    });
    arriving.onArrived(lose);
  };
  const hear = (message: MoveMessage, assignment: Assignment) => {
    if (message.type === "arrived") settle(message, assignment);
    else if (message.type === "line" && !isWhole) end.hear(message.message);
    else if (message.type === "claim" && !here) {
      claim(message.epoch, message.owner).then(
        (ownership) => {
          told = ownership.told;
          send({ type: "claimed", ownership });
        },
        () => send({ type: "claimed", ownership: undefined }),
      );
    } else here?.guest.hear(message);
    if (message.type === "complete") {
      isWhole = true;
      clearInterval(knocks);
    }
  };
  let isWhole = false;

  try {
    const { assignment, start } = await prepareRun(job, resources.blobs, false);
    const report = await runGuest(pool, {
      start: {
        ...start,
        ...planCheckpoints(start.limits.memoryBytes, resources.checkpoints.every),
        arrival: {
          ...{ line: end.shared, run, epoch, owner, patience },
          token: opening.ticket,
          takesCode: opening.build === buildIdentity(),
        },
      },
      signal: abort.signal,
      handOver,
      onStart: (say, toDebugged) => {
        send = say;
        debug = toDebugged;
        joinChannels(end, channel);
      },
      onMove: (message) => hear(message, assignment),
      onDebug: (message) => attended?.hear(message),
      onCheckpoint: async (checkpoint) => {
        await Promise.all([fenced, here?.reporter.flush()]);
        if (!here || abort.signal.aborted) return false;
        const { checkpoints, telemetry } = here;
        try {
          return await telemetry.checkpoint(checkpoint, () => checkpoints.publish(checkpoint));
        } catch {
          lose();
          return false;
        }
      },
      onMessage: (message) => {
        if (!here) return;
        if (message.type === "progress") {
          const { instructions } = message;
          resources.onProgress?.({ epoch: here.journal.epoch, instructions });
        }
        passOn(message, assignment, here);
      },
    });
    attended?.finish(...farewellTo(report));
    if (!here) return undefined;
    const ended = { assignment, report, exits: here.exits };
    return await finishSession(here, ended, resources, began);
  } catch (error) {
    await here?.exits.leave();
    if (here) return await breakSession(here, error);
    if (!(error instanceof NotArrived)) log.error(`${run} did not come here: ${text(error)}`);
    return undefined;
  } finally {
    clearInterval(knocks);
    signal.removeEventListener("abort", stop);
    attended?.end();
    here?.guest.end();
    if (!isWhole) channel.cut();
  }
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
