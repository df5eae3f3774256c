import type { Redis } from "ioredis";
import { debugRequestSchema } from "../../../shared/protocol/debug-request.ts";
import {
  type DebuggerRecord,
  debuggerMilliseconds,
} from "../../../shared/protocol/debugger-record.ts";
import { jsonOf } from "../../../shared/protocol/json-of.ts";
import { runKeys } from "../../../shared/protocol/run-keys.ts";

/**
 * KEYS debugger; ARGV session, record or '' to keep it, milliseconds or '' to leave, channel, request.
 * Returns 0 where the debugger is another one.
 */
const takeScript = `
local text = redis.call('GET', KEYS[1])
if text and cjson.decode(text).session ~= ARGV[1] then return 0 end
if ARGV[3] == '' then redis.call('DEL', KEYS[1])
elseif ARGV[2] ~= '' then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
elseif text then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
redis.call('PUBLISH', ARGV[4], ARGV[5])
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
    const { session, ask } = request.data;
    const { debugger: key, asks } = runKeys(run);
    // What a worker that takes the run over has to know, before the one that has it.
    const points = "points" in ask ? ask.points : undefined;
    const record: DebuggerRecord | undefined = points && { session, points };
    const taken = await this.#redis.eval(
      takeScript,
      1,
      key,
      session,
      record ? JSON.stringify(record) : "",
      ask.do === "detach" ? "" : debuggerMilliseconds,
      asks,
      JSON.stringify(request.data),
    );
    return taken === 1 ? "passed-on" : "another-debugger";
  }
}
