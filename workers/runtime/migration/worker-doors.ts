import type { Redis } from "ioredis";
import { workerKeys } from "../../../shared/protocol/worker-keys.ts";
import { type WorkerStatus, workerStatusSchema } from "../../../shared/schema/worker-status.ts";
import { fingerprintOf } from "./migration-tls.ts";

export type WorkerDoor = NonNullable<WorkerStatus["door"]>;

/** Where other workers are, and what they show, as they say in Redis themselves. */
export class WorkerDoors {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** @returns undefined for a worker that is not there, or that lets no runs in */
  async of(worker: string): Promise<WorkerDoor | undefined> {
    return (await this.#read(worker))?.door;
  }

  /** The worker with this certificate. */
  async workerOf(fingerprint: string): Promise<string | undefined> {
    for (const name of await this.#redis.smembers(workerKeys.names)) {
      const status = await this.#read(name);
      if (status?.door && fingerprintOf(status.door.certificate) === fingerprint) return name;
    }
    return undefined;
  }

  async #read(worker: string): Promise<WorkerStatus | undefined> {
    const text = await this.#redis.get(workerKeys.status(worker));
    const status = workerStatusSchema.safeParse(JSON.parse(text ?? "null"));
    return status.success ? status.data : undefined;
  }
}
