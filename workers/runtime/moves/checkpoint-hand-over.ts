import type { Redis } from "ioredis";
import { placeMilliseconds, runKeys } from "../../../shared/protocol/run-keys.ts";
import type { MovableRun, MoveRun, MoveWish } from "./move-run.ts";

/**
 * Moves a run by a last checkpoint: the guest stands still from then until the other worker has read
 * it. Needs nothing of the other worker, not even that it lives: after some seconds any may take the run.
 */
export class CheckpointHandOver implements MoveRun {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async move(run: MovableRun, { to }: MoveWish): Promise<void> {
    const { place } = runKeys(run.submission);
    if (to !== undefined) await this.#redis.set(place, to, "PX", placeMilliseconds);
    run.handOver();
    await run.ended;
  }
}
