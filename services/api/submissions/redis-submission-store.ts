import type { Redis } from "ioredis";
import { runEventSchema } from "../../../shared/protocol/run-event.ts";
import { runKeys } from "../../../shared/protocol/run-keys.ts";
import { runRetention } from "../../../shared/protocol/run-retention.ts";
import { moveReportSchema } from "../../../shared/schema/move-report.ts";
import type { RunExits } from "../../../shared/schema/run-exits.ts";
import { fromStoredExits, parseStoredExits } from "../../../shared/schema/stored-exits.ts";
import { submissionStateSchema } from "../../../shared/schema/submission.ts";
import type {
  StoredEvent,
  StoredSubmission,
  SubmissionRecord,
  SubmissionStore,
} from "./submission-store.ts";

/** Creates the record and its stream, unless they exist. KEYS record events; ARGV record maxlen. */
const createScript = `
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'submission', ARGV[1], 'state', 'queued', 'epoch', 0, 'runs', 0)
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], '*', 'type', 'queued', 'data', '{}')
return 1`;

/**
 * Ends a submission from outside. KEYS record events; ARGV state, now, failure, end event,
 * channel, channel message, record seconds, event seconds, maxlen. Returns the state before.
 */
const endScript = `
local state = redis.call('HGET', KEYS[1], 'state')
if state ~= 'queued' and state ~= 'running' then return state end
redis.call('HINCRBY', KEYS[1], 'epoch', 1)
redis.call('HSET', KEYS[1], 'state', ARGV[1], 'finishedAt', ARGV[2])
if ARGV[3] ~= '' then redis.call('HSET', KEYS[1], 'failure', ARGV[3]) end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[9], '*', 'type', 'end', 'data', ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[7])
redis.call('EXPIRE', KEYS[2], ARGV[8])
redis.call('PUBLISH', ARGV[5], ARGV[6])
return state`;

/** Submissions in Redis. */
export class RedisSubmissionStore implements SubmissionStore {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async create(record: SubmissionRecord): Promise<void> {
    const { record: key, events } = runKeys(record.id);
    await this.#redis.eval(
      createScript,
      2,
      key,
      events,
      JSON.stringify(record),
      runRetention.events,
    );
  }

  async find(id: string): Promise<StoredSubmission | undefined> {
    const fields = await this.#redis.hgetall(runKeys(id).record);
    if (fields.submission === undefined) {
      return undefined;
    }
    const json = (name: string) => {
      const text = fields[name];
      return text === undefined ? {} : { [name]: JSON.parse(text) as unknown };
    };
    const text = (name: string) => {
      const value = fields[name];
      return value === undefined ? {} : { [name]: value };
    };
    return {
      ...(JSON.parse(fields.submission) as SubmissionRecord),
      state: submissionStateSchema.parse(fields.state),
      epoch: Number(fields.epoch),
      runs: Number(fields.runs),
      ...text("startedAt"),
      ...text("finishedAt"),
      ...text("failure"),
      ...json("progress"),
      ...json("result"),
    };
  }

  async cancel(id: string) {
    const before = await this.#end(id, "cancelled", "", "Cancelled on request.");
    return before === null ? undefined : submissionStateSchema.parse(before);
  }

  async fail(id: string, reason: string): Promise<boolean> {
    const cause = reason.split("\n", 1)[0] ?? reason;
    const summary = `This installation could not run the submission, which says nothing about its quality: ${cause}`;
    const before = await this.#end(id, "failed", cause, summary);
    return before === "queued" || before === "running";
  }

  async eventsAfter(id: string, after: string, count: number): Promise<StoredEvent[]> {
    const entries = await this.#redis.xrange(runKeys(id).events, `(${after}`, "+", "COUNT", count);
    return entries.flatMap(([entry, fields]) => {
      const event = runEventSchema.safeParse({
        type: fields[fields.indexOf("type") + 1],
        data: JSON.parse(fields[fields.indexOf("data") + 1] ?? "null") as unknown,
      });
      return event.success ? [{ id: entry, event: event.data }] : [];
    });
  }

  async exits(id: string): Promise<RunExits | undefined> {
    const { record, exits, moves } = runKeys(id);
    const [state, text, reports] = await Promise.all([
      this.#redis.hget(record, "state"),
      this.#redis.get(exits),
      this.#redis.lrange(moves, 0, -1),
    ]);
    const stored = parseStoredExits(text);
    if (!stored) return undefined;
    const isOver = state !== "queued" && state !== "running";
    return {
      ...fromStoredExits(stored),
      submission: id,
      state: isOver ? "ended" : "running",
      moves: reports.flatMap((report) => {
        const parsed = moveReportSchema.safeParse(JSON.parse(report));
        return parsed.success ? [parsed.data] : [];
      }),
    };
  }

  async profile(id: string): Promise<string | undefined> {
    return (await this.#redis.get(runKeys(id).profile)) ?? undefined;
  }

  async ping(): Promise<void> {
    await this.#redis.ping();
  }

  #end(id: string, state: "cancelled" | "failed", failure: string, summary: string) {
    const { record, events, channel } = runKeys(id);
    return this.#redis.eval(
      endScript,
      2,
      record,
      events,
      state,
      new Date().toISOString(),
      failure,
      JSON.stringify({ state, summary }),
      channel,
      "cancelled",
      runRetention.recordSeconds,
      runRetention.eventsSeconds,
      runRetention.events,
    );
  }
}
