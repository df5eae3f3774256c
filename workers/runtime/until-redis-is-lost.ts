import { inTime } from "../../shared/time/in-time.ts";

export interface LostRedisParts {
  readonly redis: { ping(): Promise<unknown> };
  /** Whether it is worth while to wait for Redis to come back. */
  readonly isWaitedFor: () => boolean;
  /** Milliseconds within which a Redis that is there answers. */
  readonly patience: number;
  /** Ends the looking. */
  readonly signal: AbortSignal;
}

/** So many looks are made in the time that one answer may take. */
const looks = 4;

/**
 * Resolves to true when Redis does not answer and is not waited for: then nothing more can be said to
 * anybody. It may be gone, or there and mute: a question finds out either. False where the signal came first.
 */
export async function untilRedisIsLost(parts: LostRedisParts): Promise<boolean> {
  const { redis, isWaitedFor, patience, signal } = parts;
  const stopped = new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  while (!signal.aborted) {
    const isThere = await inTime(Promise.race([redis.ping(), stopped]), patience);
    if (signal.aborted) break;
    if (!isThere && !isWaitedFor()) return true;
    await inTime(stopped, patience / looks);
  }
  return false;
}
