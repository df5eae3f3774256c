import type { MigrationChannel, Ownership } from "../../vmm/mod.ts";
import { HostEnd } from "../migration/host-end.ts";
import { joinChannels } from "../migration/join-channels.ts";
import type { RunJournal } from "../run-journal.ts";
import type { RunReporter } from "../run-reporter.ts";
import type { DepartureOptions, MoveCommand, MoveMessage } from "../thread/move-protocol.ts";

export type DepartureOutcome = Extract<MoveMessage, { type: "departed" } | { type: "stayed" }>;

export interface LiveGuestParts {
  readonly journal: RunJournal;
  readonly reporter: RunReporter;
  /** Says something to the guest's thread. */
  send(command: MoveCommand): void;
  /** Asks the authority for the run. */
  claim(epoch: number, owner: string): Promise<Ownership>;
}

/** Milliseconds between two knocks while nothing else happens: so often the sides look at their clocks. */
const knockInterval = 50;

/** A run that executes on a thread of this worker, as it can be moved to another one meanwhile. */
export class LiveGuest {
  readonly #parts: LiveGuestParts;
  readonly #whole: PromiseWithResolvers<void> = Promise.withResolvers();
  #departure: { readonly end: HostEnd; resolve(outcome: DepartureOutcome): void } | undefined;
  #isOver = false;
  #isStanding = false;

  /** The guest has stopped here, and may be another worker's in a moment. */
  onStanding: (() => void) | undefined;

  /** @param isWhole whether all pages of the machine are here */
  constructor(parts: LiveGuestParts, isWhole: boolean) {
    this.#parts = parts;
    if (isWhole) this.#whole.resolve();
  }

  /** The epoch in which this worker has the run. */
  get epoch(): number {
    return this.#parts.journal.epoch;
  }

  /** Resolves when all pages of the machine are here, or the run is over: before it cannot leave. */
  get whole(): Promise<void> {
    return this.#whole.promise;
  }

  /** Whether the run may be another worker's by now: what this one may not renew is no bad sign. */
  get isStanding(): boolean {
    return this.#isStanding;
  }

  /**
   * Lets the guest leave by this channel. When it has, the session of the run ends with `Departed`.
   *
   * @returns undefined where the run ended otherwise before
   */
  async depart(
    channel: MigrationChannel,
    options: Omit<DepartureOptions, "line" | "epoch">,
  ): Promise<DepartureOutcome | undefined> {
    const { send } = this.#parts;
    if (this.#departure || this.#isOver) {
      channel.cut();
      return undefined;
    }
    const { promise, resolve } = Promise.withResolvers<DepartureOutcome | undefined>();
    const end = new HostEnd(() => send({ type: "knock" }));
    this.#departure = { end, resolve };
    this.#give = () => resolve(undefined);
    joinChannels(end, channel);
    send({ type: "depart", departure: { ...options, epoch: this.epoch, line: end.shared } });
    const knocks = setInterval(() => send({ type: "knock" }), knockInterval);
    try {
      return await promise;
    } finally {
      clearInterval(knocks);
      this.#departure = undefined;
    }
  }

  /** What its thread says about its move. */
  hear(message: MoveMessage): void {
    const { reporter, journal, send, claim } = this.#parts;
    switch (message.type) {
      case "line":
        this.#departure?.end.hear(message.message);
        break;
      case "claim":
        claim(message.epoch, message.owner).then(
          (ownership) => send({ type: "claimed", ownership }),
          () => send({ type: "claimed", ownership: undefined }),
        );
        break;
      case "standing":
        this.#isStanding = true;
        this.onStanding?.();
        void reporter.hold().then(() => this.#departure?.end.tell());
        break;
      case "stayed":
        this.#isStanding = false;
        journal.takeBack(message.epoch);
        reporter.goOn();
        this.#departure?.resolve(message);
        break;
      case "departed":
        this.#departure?.resolve(message);
        break;
      case "complete":
        this.#whole.resolve();
        break;
      case "arrived":
      case "failed":
        break;
    }
  }

  /** It runs here no more, for whatever reason. */
  end(): void {
    this.#isOver = true;
    this.#departure?.end.cut();
    this.#give();
    this.#whole.resolve();
  }

  /** Gives up a departure that nothing more is heard of. */
  #give: () => void = () => undefined;
}
