import type { Redis } from "ioredis";
import type { WorkerCommand } from "../../../shared/protocol/worker-command.ts";
import { workerKeys, workerStatusMilliseconds } from "../../../shared/protocol/worker-keys.ts";
import { type WorkerStatus, workerStatusSchema } from "../../../shared/schema/worker-status.ts";

/** The workers that there are, as they say themselves. */
export class WorkerDirectory {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** By name. */
  async list(): Promise<WorkerStatus[]> {
    const names = (await this.#redis.smembers(workerKeys.names)).sort();
    if (names.length === 0) return [];
    const texts = await this.#redis.mget(names.map(workerKeys.status));
    const gone = names.filter((_, index) => texts[index] === null);
    if (gone.length > 0) await this.#redis.srem(workerKeys.names, ...gone);
    return texts.flatMap((text) => {
      const status = workerStatusSchema.safeParse(JSON.parse(text ?? "null"));
      return status.success ? [status.data] : [];
    });
  }

  /** Leaves a command for a worker, which it takes within a second if it lives. */
  async command(worker: string, command: WorkerCommand): Promise<void> {
    const key = workerKeys.commands(worker);
    await this.#redis
      .multi()
      .rpush(key, JSON.stringify(command))
      .pexpire(key, workerStatusMilliseconds)
      .exec();
  }
}
