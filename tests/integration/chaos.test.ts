import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { RunEvent } from "../../shared/protocol/run-event.ts";
import { runOutcome } from "./run-outcome.ts";
import { type StrikeKind, Strikes } from "./strikes.ts";
import { startTestService, type TestService } from "./test-service.ts";
import { undisturbedOutcomes } from "./undisturbed-runs.ts";
import { workingGuest } from "./working-guest.ts";

/**
 * What a cluster does to runs in a year; in `npm test` its short form, by `npm run chaos` the long one.
 * What is struck in which order is decided by a seed, but not what each process is doing just then: that
 * differs from run to run, and must not be seen.
 */
const seed = Number(process.env.TRAPLINE_CHAOS ?? 20_261_122);
const submissions = Number(process.env.TRAPLINE_CHAOS_RUNS ?? 5);
const isLong = submissions > 20;
const runtimes = isLong
  ? (["node", "deno", "node", "deno"] as const)
  : (["node", "deno", "node"] as const);
/** The last one ends before it has said enough, and so has other points. */
const guests = isLong ? [24, 21, 30, 27, 15].map(workingGuest) : [21, 15].map(workingGuest);
const variables = { TRAPLINE_CHECKPOINT: "30000000" };
/** Most submissions that wait or run at a time: hand-ins go on as long as the chaos. */
const mostOpen = 40;

/** Round and round. All of them are done at least once. */
const strikes: readonly StrikeKind[] = isLong
  ? [
      ...["worker", "worker", "twice", "worker", "redis", "worker", "worker", "frozen", "worker"],
      ...["api", "worker", "worker", "twice", "worker", "worker", "worker"],
    ].map((kind) => kind as StrikeKind)
  : ["worker", "redis", "worker", "twice", "api", "worker"];

/** Milliseconds between two strikes. */
const pause = isLong ? { least: 1000, more: 3000 } : { least: 400, more: 800 };

/** A small generator of numbers from 0 to 1. */
function randoms(start: number): () => number {
  let state = start;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Asks until it is answered: the API may be away, or be there and have no Redis. */
async function answered<Value>(ask: () => Promise<Value | undefined>): Promise<Value> {
  for (;;) {
    const value = await ask().catch(() => undefined);
    if (value !== undefined) return value;
    await sleep(100);
  }
}

/** Hands in as many as there shall be, a few at a time. A hand-in that nobody confirms is done again. */
async function handIn(service: TestService, ids: string[]): Promise<void> {
  let open: readonly string[] = [];
  while (ids.length < submissions) {
    if (open.length >= mostOpen) {
      await sleep(200);
      const states = await Promise.all(
        open.map(async (id) => ({ id, of: await answered(() => service.api.submission(id)) })),
      );
      open = states.flatMap(({ id, of }) => (of.finishedAt === undefined ? [id] : []));
      continue;
    }
    const guest = guests[ids.length % guests.length] ?? new Uint8Array();
    const id = await answered(() => service.submit("work", guest));
    ids.push(id);
    open = [...open, id];
  }
}

/** Strikes once each, and in the long form as long as there is work. */
async function strikeOn(striking: Strikes, ids: readonly string[], hasEnded: () => boolean) {
  const random = randoms(seed + 1);
  for (let number = 0; number < strikes.length || (isLong && !hasEnded()); ) {
    await sleep(pause.least + pause.more * random());
    const kind = strikes[number % strikes.length] ?? "worker";
    if (await striking.strike(kind, ids).catch(() => false)) number++;
  }
}

test(
  "killed workers, a killed API, a killed Redis and jobs that come twice: each submission has one result, the undisturbed one",
  async () => {
    const references = await undisturbedOutcomes(guests);
    const began = performance.now();
    const service = await startTestService(runtimes, variables);
    const striking = new Strikes(service, randoms(seed));
    try {
      const ids: string[] = [];
      let isOver = false;
      const struck = strikeOn(striking, ids, () => isOver);
      await handIn(service, ids);
      // A client that looks on all the time, whatever happens to the API.
      const watched = service.events(ids[0] ?? "");
      const ended = [];
      for (const id of ids) {
        const end = async () => {
          const submission = await service.api.submission(id);
          return submission.finishedAt === undefined ? undefined : submission;
        };
        ended.push({ id, submission: await answered(end) });
      }
      isOver = true;
      await struck;
      const all: RunEvent[] = [];
      let runs = 0;
      for (const [index, { id, submission }] of ended.entries()) {
        const told = await answered(() => service.events(id));
        const of = `${id} after ${submission.runs} runs`;
        expect(runOutcome(submission, told), of).toEqual(references[index % guests.length]);
        // What is told at the end is what was told then: nobody has written since.
        expect(await answered(() => service.api.submission(id)), of).toEqual(submission);
        if (index === 0) expect(await watched).toEqual(told);
        all.push(...told);
        runs += submission.runs;
      }
      expect(new Set(ids).size).toBe(submissions);
      const resumed = all.flatMap((event) => (event.type === "resumed" ? [event.data] : []));
      const spared = resumed.reduce((sum, { instructions }) => sum + instructions, 0);
      const worked = ended.reduce((sum, { submission: { result } }) => {
        return sum + (result?.instructions ?? 0);
      }, 0);
      const grades = all.filter(({ type }) => type === "end").length;
      const { worker, frozen, redis, api, twice } = striking.done;
      console.log(
        `${submissions} submissions, ${grades} grades, all as undisturbed, in ` +
          `${((performance.now() - began) / 1000).toFixed(0)} s\n` +
          `killed: ${worker} times a worker, ${redis} times Redis, ${api} times the API; ` +
          `${frozen} workers frozen, ${twice} jobs twice\n` +
          `${runs} runs: ${runs - submissions} were interrupted, ${resumed.length} of them went on ` +
          `from a checkpoint, ${(spared / 1e9).toFixed(1)} G instructions of ` +
          `${(worked / 1e9).toFixed(1)} G were not done again`,
      );
    } finally {
      await striking.close();
      await service.stop();
    }
  },
  isLong ? 3_600_000 : 300_000,
);
