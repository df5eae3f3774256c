/** Unix milliseconds, with a fraction. */
export type UnixMilliseconds = number;

/**
 * The time of day for the spans of one run: asked for once, and from then on measured, so that a clock
 * that is set meanwhile tears no span apart. Like the SDK's own spans it begins at a whole millisecond.
 */
export class SpanClock {
  readonly #origin = Date.now() - performance.now();

  now(): UnixMilliseconds {
    return this.#origin + performance.now();
  }

  /** @param instant of `performance` */
  at(instant: number): UnixMilliseconds {
    return this.#origin + instant;
  }
}
