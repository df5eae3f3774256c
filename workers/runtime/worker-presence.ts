import type { Redis } from "ioredis";
import { type WorkerCommand, workerCommandSchema } from "../../shared/protocol/worker-command.ts";
import { workerKeys, workerStatusMilliseconds } from "../../shared/protocol/worker-keys.ts";
import type { WorkerStatus } from "../../shared/schema/worker-status.ts";
import { log } from "../../shared/telemetry/log.ts";

/** Milliseconds between two words of a worker, and how long a command may wait. */
const interval = 500;

/**
 * Says in Redis that this worker is there and what it does, and takes the commands that wait for it.
 * While Redis is away nothing is said, and nothing else happens.
 */
export class WorkerPresence {
  readonly #redis: Redis;
  readonly #name: string;
  readonly #status: () => WorkerStatus;
  readonly #onCommand: (command: WorkerCommand) => void;
  readonly #timer: ReturnType<typeof setInterval>;
  #isSpeaking = false;
  #hasNews = false;

  constructor(
    redis: Redis,
    name: string,
    events: { status(): WorkerStatus; onCommand(command: WorkerCommand): void },
  ) {
    this.#redis = redis;
    this.#name = name;
    this.#status = () => events.status();
    this.#onCommand = (command) => events.onCommand(command);
    this.#timer = setInterval(() => void this.speak(), interval);
  }

  /** Says at once what would be said soon: somebody may be looking for a place for a run just now. */
  async speak(): Promise<void> {
    this.#hasNews = true;
    if (this.#isSpeaking) return;
    while (this.#hasNews) {
      this.#hasNews = false;
      await this.#say();
    }
  }

  async #say(): Promise<void> {
    this.#isSpeaking = true;
    try {
      const status = JSON.stringify(this.#status());
      const answers = await this.#redis
        .multi()
        .sadd(workerKeys.names, this.#name)
        .set(workerKeys.status(this.#name), status, "PX", workerStatusMilliseconds)
        .lpop(workerKeys.commands(this.#name))
        .exec();
      const text = answers?.[2]?.[1];
      if (typeof text === "string") this.#obey(text);
    } catch (error) {
      log.error(`presence: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      this.#isSpeaking = false;
    }
  }

  /** This worker is not there any more. */
  async leave(): Promise<void> {
    clearInterval(this.#timer);
    await this.#redis
      .multi()
      .srem(workerKeys.names, this.#name)
      .del(workerKeys.status(this.#name), workerKeys.commands(this.#name))
      .exec()
      .catch(() => undefined);
  }

  #obey(text: string): void {
    const command = workerCommandSchema.safeParse(JSON.parse(text));
    if (command.success) this.#onCommand(command.data);
  }
}
