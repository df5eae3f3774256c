import type { Redis } from "ioredis";
import type { RunEvent } from "../../shared/protocol/run-event.ts";
import { runKeys } from "../../shared/protocol/run-keys.ts";
import { runRetention } from "../../shared/protocol/run-retention.ts";
import type { Result } from "../../shared/schema/result.ts";
import { parseStoredExits, type StoredExits } from "../../shared/schema/stored-exits.ts";
import type { Progress } from "../../shared/schema/submission.ts";

/**
 * KEYS record events; ARGV now, worker, runtime, maxlen, channel. Returns the epoch, or 0, the state,
 * and what was told before.
 */
const beginScript = `
local state = redis.call('HGET', KEYS[1], 'state')
if state ~= 'queued' and state ~= 'running' then return {0, state or 'unknown'} end
local epoch = redis.call('HINCRBY', KEYS[1], 'epoch', 1)
redis.call('HINCRBY', KEYS[1], 'runs', 1)
redis.call('HSET', KEYS[1], 'state', 'running', 'startedAt', ARGV[1], 'worker', ARGV[2],
  'written', epoch .. ':0')
redis.call('HDEL', KEYS[1], 'progress', 'owner')
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[4], '*', 'type', 'run', 'data',
  cjson.encode({epoch = epoch, worker = ARGV[2], runtime = ARGV[3]}))
redis.call('PUBLISH', ARGV[5], 'events')
return {epoch, 'running', redis.call('HGET', KEYS[1], 'toldConsole') or '0',
  redis.call('HGET', KEYS[1], 'toldSteps') or '0'}`;

/**
 * KEYS record events; ARGV epoch, state or '', progress or '', maxlen, channel, console bytes or '',
 * steps, number of the write, (type, data)*. Returns 1 also for a write that was here before: a client
 * whose connection broke sends again what was not answered. Returns 2 where writes before are missing,
 * as after a restart of Redis from an older file.
 */
const appendScript = `
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 0 end
if redis.call('HGET', KEYS[1], 'written') == ARGV[1] .. ':' .. ARGV[8] then return 1 end
if redis.call('HGET', KEYS[1], 'state') ~= 'running' then return 0 end
if redis.call('HGET', KEYS[1], 'written') ~= ARGV[1] .. ':' .. (ARGV[8] - 1) then return 2 end
redis.call('HSET', KEYS[1], 'written', ARGV[1] .. ':' .. ARGV[8])
if ARGV[2] ~= '' then redis.call('HSET', KEYS[1], 'state', ARGV[2]) end
if ARGV[3] ~= '' then redis.call('HSET', KEYS[1], 'progress', ARGV[3]) end
if ARGV[6] ~= '' then redis.call('HSET', KEYS[1], 'toldConsole', ARGV[6], 'toldSteps', ARGV[7]) end
for i = 9, #ARGV, 2 do
  redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[4], '*', 'type', ARGV[i], 'data', ARGV[i + 1])
end
if #ARGV > 8 then redis.call('PUBLISH', ARGV[5], 'events') end
return 1`;

/**
 * KEYS record events; ARGV epoch, now, result, end event, maxlen, channel, record seconds, event
 * seconds. Returns 1 also where this very run has been here before, as `appendScript`.
 */
const finishScript = `
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 0 end
if redis.call('HGET', KEYS[1], 'state') == 'graded' then return 1 end
if redis.call('HGET', KEYS[1], 'state') ~= 'running' then return 0 end
redis.call('HSET', KEYS[1], 'state', 'graded', 'finishedAt', ARGV[2], 'result', ARGV[3])
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[5], '*', 'type', 'end', 'data', ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[7])
redis.call('EXPIRE', KEYS[2], ARGV[8])
redis.call('PUBLISH', ARGV[6], 'events')
return 1`;

/** KEYS record key; ARGV epoch, text, seconds. */
const tellScript = `
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
return 1`;

/** How much of what a guest says stands in its run's events. */
export interface Told {
  /** Bytes of its console. */
  readonly console: number;
  /** Steps whose reports do. */
  readonly steps: number;
}

/**
 * The only way in which a worker writes about a run. Each write names the run's epoch and is
 * checked at the store (`shared/protocol/run-keys.ts`): `false` means that the run is no longer
 * ours, and nothing was written.
 */
export class RunJournal {
  #epoch: number;
  /** What the run's events say already, of whichever epoch. */
  readonly told: Told;
  readonly #redis: Redis;
  readonly #submission: string;
  /** One after the other: see `appendScript`. */
  #writes = 0;

  private constructor(redis: Redis, submission: string, epoch: number, told: Told) {
    this.#redis = redis;
    this.told = told;
    this.#submission = submission;
    this.#epoch = epoch;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /**
   * Takes the run over from whoever had it.
   *
   * @returns the submission's state when it needs no run: it was graded or cancelled before
   */
  static async begin(
    redis: Redis,
    submission: string,
    worker: { readonly name: string; readonly runtime: string },
  ): Promise<RunJournal | string> {
    const { record, events, channel } = runKeys(submission);
    const answer = await redis.eval(
      beginScript,
      2,
      record,
      events,
      new Date().toISOString(),
      worker.name,
      worker.runtime,
      runRetention.events,
      channel,
    );
    const [epoch, state, console, steps] = answer as [number, string, string?, string?];
    const told = { console: Number(console), steps: Number(steps) };
    return epoch === 0 ? state : new RunJournal(redis, submission, epoch, told);
  }

  /** Goes on with a run that this worker has got by a migration, in its epoch. */
  static goOn(redis: Redis, submission: string, epoch: number, told: Told): RunJournal {
    return new RunJournal(redis, submission, epoch, told);
  }

  /** The run had to be taken back, in another epoch: its writes are numbered anew. */
  takeBack(epoch: number): void {
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    this.#writes = 0;
  }

  /** One at a time. Also a heartbeat: with no events it only asks whether the run is still ours. */
  append(events: readonly RunEvent[], progress?: Progress, told?: Told): Promise<boolean> {
    return this.#append("", events, progress, told);
  }

  /** Says where the time of the run goes; for people, nothing depends on it. */
  tellExits(exits: StoredExits): Promise<boolean> {
    return this.#tell("exits", JSON.stringify(exits));
  }

  /** Says where its guest has spent its instructions, as folded stacks. */
  tellProfile(folded: string): Promise<boolean> {
    return this.#tell("profile", folded);
  }

  async #tell(what: "exits" | "profile", text: string): Promise<boolean> {
    const { record, [what]: key } = runKeys(this.#submission);
    const { recordSeconds } = runRetention;
    return (
      (await this.#redis.eval(tellScript, 2, record, key, this.epoch, text, recordSeconds)) === 1
    );
  }

  /** What was said of that before, by whoever had the run. */
  async toldExits(): Promise<StoredExits | undefined> {
    return parseStoredExits(await this.#redis.get(runKeys(this.#submission).exits));
  }

  /** The run goes back to the queue. */
  interrupt(reason: string): Promise<boolean> {
    return this.#append("queued", [{ type: "interrupted", data: { reason } }]);
  }

  /** Writes the grade. At most one call over all runs of a submission returns true. */
  async finish(result: Result): Promise<boolean> {
    const { record, events, channel } = runKeys(this.#submission);
    const { score, maxScore, summary } = result;
    const answer = await this.#redis.eval(
      finishScript,
      2,
      record,
      events,
      this.epoch,
      new Date().toISOString(),
      JSON.stringify(result),
      JSON.stringify({ state: "graded", score, maxScore, summary }),
      runRetention.events,
      channel,
      runRetention.recordSeconds,
      runRetention.eventsSeconds,
    );
    return answer === 1;
  }

  async #append(
    state: "" | "queued",
    entries: readonly RunEvent[],
    progress?: Progress,
    told?: Told,
  ): Promise<boolean> {
    const { record, events, channel } = runKeys(this.#submission);
    const answer = await this.#redis.eval(
      appendScript,
      2,
      record,
      events,
      this.epoch,
      state,
      progress === undefined ? "" : JSON.stringify(progress),
      runRetention.events,
      channel,
      told?.console ?? "",
      told?.steps ?? "",
      ++this.#writes,
      ...entries.flatMap(({ type, data }) => [type, JSON.stringify(data)]),
    );
    if (answer === 2) throw new Error("Redis has lost what was written about the run");
    return answer === 1;
  }
}
