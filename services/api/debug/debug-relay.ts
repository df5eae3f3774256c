import type { Redis } from "ioredis";
import { type DebugRequest, debugRequestSchema } from "../../../shared/protocol/debug-request.ts";
import {
  type DebuggerRecord,
  debuggerMilliseconds,
  debuggerRecordSchema,
} from "../../../shared/protocol/debugger-record.ts";
import { runKeys } from "../../../shared/protocol/run-keys.ts";

/** KEYS debugger; ARGV session, record or '' to keep it, milliseconds. Returns 0 where it is another's. */
const keepScript = `
local text = redis.call('GET', KEYS[1])
if text and cjson.decode(text).session ~= ARGV[1] then return 0 end
if ARGV[2] ~= '' then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
elseif text then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return 1`;

/** KEYS debugger; ARGV session. */
const leaveScript = `
local text = redis.call('GET', KEYS[1])
if text and cjson.decode(text).session == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1`;

/** What became of a message. */
export type Relayed = "passed-on" | "not-understood" | "another-debugger";

/**
 * Between debuggers and the workers that have their runs: this process knows nothing of a session that
 * another replica would have to know, so it may end at any time.
 */
export class DebugRelay {
  readonly #redis: Redis;
  readonly #subscriber: Redis;
  readonly #listeners = new Map<string, Set<(report: string) => void>>();

  /** @param subscriber a connection of its own, which only listens */
  constructor(redis: Redis, subscriber: Redis) {
    this.#redis = redis;
    this.#subscriber = subscriber;
    subscriber.on("message", (channel: string, report: string) => {
      for (const listener of this.#listeners.get(channel) ?? []) listener(report);
    });
  }

  /** Hears what is said to the debuggers of a run. @returns stops listening */
  async listen(run: string, listener: (report: string) => void): Promise<() => void> {
    const channel = runKeys(run).reports;
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners.add(listener));
    await this.#subscriber.subscribe(channel);
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0 || this.#listeners.get(channel) !== listeners) return;
      this.#listeners.delete(channel);
      this.#subscriber.unsubscribe(channel).catch(() => undefined);
    };
  }

  /** Takes what a debugger of this run says. @param text hostile */
  async take(run: string, text: string): Promise<Relayed> {
    const request = debugRequestSchema.safeParse(jsonOf(text));
    if (!request.success) return "not-understood";
    if (!(await this.#keep(run, request.data))) return "another-debugger";
    await this.#redis.publish(runKeys(run).asks, JSON.stringify(request.data));
    return "passed-on";
  }

  /** What a worker that takes the run over has to know, before the one that has it. */
  async #keep(run: string, { session, ask }: DebugRequest): Promise<boolean> {
    const key = runKeys(run).debugger;
    if (ask.do === "detach") {
      await this.#redis.eval(leaveScript, 1, key, session);
      return true;
    }
    const isNew = ask.do === "attach" || ask.do === "points";
    const record: DebuggerRecord | undefined = isNew
      ? debuggerRecordSchema.parse({ session, points: ask.points })
      : undefined;
    // Each sign of life is one for the record, too; but what asks often has said enough by it.
    if (!isNew && ask.do !== "look") return true;
    const words = record ? JSON.stringify(record) : "";
    return (await this.#redis.eval(keepScript, 1, key, session, words, debuggerMilliseconds)) === 1;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
