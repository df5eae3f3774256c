import type { Redis } from "ioredis";
import { debugRequestSchema } from "../../../shared/protocol/debug-request.ts";
import {
  type DebuggerRecord,
  debuggerRecordSchema,
} from "../../../shared/protocol/debugger-record.ts";
import { jsonOf } from "../../../shared/protocol/json-of.ts";
import { runKeys } from "../../../shared/protocol/run-keys.ts";
import { runRetention } from "../../../shared/protocol/run-retention.ts";
import { log } from "../../../shared/telemetry/log.ts";
import type { Milliseconds } from "../../vmm/mod.ts";
import type { DebugStart } from "../thread/debug-protocol.ts";
import { type DebuggedRun, type DebugPorts, RunDebugger } from "./run-debugger.ts";

/**
 * The debuggers of a worker's runs. What they ask comes by a channel of each run, which whoever has the
 * run listens to; an answer that is lost is asked for again.
 */
export class DebugHub {
  readonly #redis: Redis;
  readonly #subscriber: Redis;
  readonly #ports: DebugPorts;
  readonly #runs = new Map<string, RunDebugger>();

  constructor(redis: Redis, worker: string, allowance: Milliseconds) {
    this.#redis = redis;
    // A connection that listens can do nothing else.
    this.#subscriber = redis.duplicate();
    this.#subscriber.on("error", (error) => log.error(`redis: ${error.message}`));
    this.#subscriber.on("message", (channel: string, text: string) => this.#hear(channel, text));
    this.#ports = {
      ...{ worker, allowance },
      report: (run, report) => redis.publish(runKeys(run).reports, JSON.stringify(report)),
      heldSoFar: async (run) => Number((await redis.get(runKeys(run).debugged)) ?? 0),
      noteHeld: (run, more) => {
        const { debugged } = runKeys(run);
        const seconds = runRetention.recordSeconds;
        return redis.multi().incrby(debugged, Math.ceil(more)).expire(debugged, seconds).exec();
      },
    };
  }

  /** The debugger that waits for a run, if one does. */
  async waitingFor(submission: string, epoch: number): Promise<DebugStart | undefined> {
    const [text, held] = await Promise.all([
      this.#redis.get(runKeys(submission).debugger),
      this.#ports.heldSoFar(submission),
    ]);
    if (text === null || held >= this.#ports.allowance) return undefined;
    const record = parsed(text);
    return record && { ...record, epoch };
  }

  /** A run is on this worker now. It goes on meanwhile. */
  attend(run: DebuggedRun): RunDebugger {
    const channel = runKeys(run.submission).asks;
    const attended = new RunDebugger(run, this.#ports, () => {
      if (this.#runs.get(channel) !== attended) return;
      this.#runs.delete(channel);
      this.#subscriber.unsubscribe(channel).catch(() => undefined);
    });
    this.#runs.set(channel, attended);
    // It may have come with a debugger that waits for a word.
    const begin = () => run.send("look");
    this.#subscriber.subscribe(channel).then(begin, () => undefined);
    return attended;
  }

  close(): void {
    this.#subscriber.disconnect();
  }

  #hear(channel: string, text: string): void {
    const attended = this.#runs.get(channel);
    if (!attended) return;
    const request = debugRequestSchema.safeParse(jsonOf(text));
    if (request.success) attended.ask(request.data);
  }
}

function parsed(text: string): DebuggerRecord | undefined {
  const record = debuggerRecordSchema.safeParse(jsonOf(text));
  return record.success ? record.data : undefined;
}
