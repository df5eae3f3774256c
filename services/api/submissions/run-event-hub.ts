import type { Redis } from "ioredis";

/**
 * Wakes those who watch a run. One subscriber connection serves every watcher of this process: the
 * channel only says "look again", the events themselves are read from the stream, so none is lost
 * or shown twice.
 */
export class RunEventHub {
  readonly #subscriber: Redis;
  readonly #watchers = new Map<string, Set<() => void>>();

  constructor(subscriber: Redis) {
    this.#subscriber = subscriber;
    subscriber.on("message", (channel: string) => {
      for (const wake of this.#watchers.get(channel) ?? []) {
        wake();
      }
    });
  }

  /** @returns the end of the watch, once */
  async watch(channel: string, wake: () => void): Promise<() => void> {
    const watchers = this.#watchers.get(channel) ?? new Set();
    this.#watchers.set(channel, watchers.add(wake));
    if (watchers.size === 1) {
      await this.#subscriber.subscribe(channel);
    }
    return () => {
      watchers.delete(wake);
      if (watchers.size === 0 && this.#watchers.get(channel) === watchers) {
        this.#watchers.delete(channel);
        this.#subscriber.unsubscribe(channel).catch(() => {
          // A lost connection has no subscriptions.
        });
      }
    };
  }
}
