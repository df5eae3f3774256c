/**
 * One side's end of a migration: messages over a channel. What there is no room for waits here, and
 * leaves in its order.
 */
import type { Bytes } from "../base/units.ts";
import { FrameReader, FrameWriter } from "./frames.ts";
import type { Milliseconds } from "./is-converged.ts";
import type { MigrationChannel } from "./migration-channel.ts";
import { MigrationProblem } from "./migration-problem.ts";
import type { Message } from "./protocol.ts";

export class Line {
  readonly #channel: MigrationChannel;
  readonly #now: () => Milliseconds;
  readonly #patience: Milliseconds;
  readonly #writer = new FrameWriter();
  readonly #reader = new FrameReader();
  #waiting: Message[] = [];
  #sent: Bytes = 0;
  #movedAt: Milliseconds;

  /** @param options.patience how long nothing may move before the other side counts as gone */
  constructor(options: {
    channel: MigrationChannel;
    now: () => Milliseconds;
    patience: Milliseconds;
  }) {
    this.#channel = options.channel;
    this.#now = options.now;
    this.#patience = options.patience;
    this.#movedAt = options.now();
  }

  /** Bytes that have left. */
  get sent(): Bytes {
    return this.#sent;
  }

  /** Whether what is posted now leaves now. */
  get isFree(): boolean {
    return this.#waiting.length === 0 && this.#channel.room > 0;
  }

  post(...messages: readonly Message[]): void {
    this.#waiting.push(...messages);
    this.flush();
  }

  /** Sends what waits, as far as there is room. */
  flush(): void {
    while (this.#waiting.length > 0 && this.#channel.room > 0) {
      const frame = this.#writer.write(this.#waiting.shift() as Message);
      this.#sent += frame.length;
      this.#movedAt = this.#now();
      this.#channel.send(frame);
    }
  }

  /**
   * The next message, if it is here.
   *
   * @throws MigrationProblem for what is none, and once nothing will come any more
   */
  receive(): Message | undefined {
    for (;;) {
      const frame = this.#channel.receive();
      if (!frame) break;
      this.#movedAt = this.#now();
      const message = this.#reader.read(frame);
      if (message) return message;
    }
    if (this.#channel.state !== "open") {
      throw new MigrationProblem("migration-channel-lost", `it was ${this.#channel.state}`);
    }
    if (this.#now() - this.#movedAt > this.#patience) {
      throw new MigrationProblem("migration-stalled", `${this.#patience} ms`);
    }
    return undefined;
  }

  /** Ends it in order: what waits leaves as far as there is room. */
  close(): void {
    this.flush();
    this.#waiting = [];
    this.#channel.close();
  }

  cut(): void {
    this.#waiting = [];
    this.#channel.cut();
  }
}
