import { tidy } from "../../host/tidy.ts";
import { zstd } from "../../host/zstd.ts";
import {
  type AheadContent,
  type Instructions,
  type KnownContent,
  type Machine,
  type MigrationChannel,
  MigrationSource,
  type Milliseconds,
} from "../../vmm/mod.ts";
import { ThreadEnd } from "../migration/thread-end.ts";
import type { DepartureOptions, MoveCommand, MoveMessage } from "./move-protocol.ts";
import { PostedAuthority } from "./posted-authority.ts";

export interface DeparturePorts {
  readonly machine: Machine;
  keepCode(): Uint8Array;
  /** What of its pages the other side may have already. */
  readonly contents: readonly KnownContent[];
  /** What the driver tells the next one; everything that the guest has said is posted before. */
  driver(): Uint8Array;
  /** What that takes, without posting anything. */
  rehearse(): void;
  /** What of that can go before the guest stops. */
  readonly ahead: AheadContent;
  post(message: MoveMessage): void;
  now(): Milliseconds;
}

/** A guest of this thread on its way to another worker. */
export class Departure {
  readonly #end: ThreadEnd;
  readonly #authority: PostedAuthority;
  readonly #source: MigrationSource;
  readonly #ports: DeparturePorts;

  constructor(options: DepartureOptions, ports: DeparturePorts) {
    const { run, epoch, owner, token, mode, limits, patience, bytesPerSecond } = options;
    const { machine, now, post } = ports;
    this.#ports = ports;
    this.#end = new ThreadEnd(options.line, (message) => post({ type: "line", message }));
    this.#authority = new PostedAuthority((question) => post({ type: "claim", ...question }));
    this.#source = new MigrationSource({
      ...{ machine, run, epoch, owner, token, mode, limits, patience, now, tidy },
      contents: ports.contents,
      channel: this.#heldChannel(),
      authority: this.#authority,
      ...(bytesPerSecond !== undefined && { bytesPerSecond }),
      ...(zstd && { compressions: [zstd] }),
      ...(options.sendsCode && { code: () => ports.keepCode() }),
      driver: () => this.#stand(),
      ahead: ports.ahead,
      rehearse: () => ports.rehearse(),
    });
  }

  /** Does what can be done now. */
  step(): void {
    this.#source.step();
  }

  get isOver(): boolean {
    return this.#source.isOver;
  }

  get mayRun(): boolean {
    return this.#source.guest === "runs";
  }

  instructionsOf(usual: Instructions): Instructions {
    return this.#source.instructionsOf(usual);
  }

  /** Calls it off, where that is still possible. */
  cancel(): void {
    this.#source.cancel();
  }

  /** Nobody wants to know any more. */
  abandon(): void {
    this.#end.cut();
  }

  /** Gives back the machine, which runs elsewhere. */
  dispose(): void {
    this.#ports.machine.dispose();
  }

  hear(command: MoveCommand): void {
    if (command.type === "knock") this.#end.knock();
    if (command.type === "claimed") this.#authority.answer(command.ownership);
    if (command.type === "cancel") this.cancel();
  }

  /** What became of it, once it is over. */
  get outcome(): Extract<MoveMessage, { type: "departed" } | { type: "stayed" }> {
    const { state, statistics, epoch } = this.#source;
    const problem = this.#source.problem?.message;
    if (state === "aborted") {
      return { type: "stayed", epoch, statistics, problem: problem ?? "it was called off" };
    }
    const how = state === "superseded" ? "superseded" : "completed";
    return { type: "departed", how, statistics, problem };
  }

  #stand(): Uint8Array {
    const driver = this.#ports.driver();
    this.#isStanding = true;
    this.#ports.post({ type: "standing" });
    return driver;
  }

  #isStanding = false;

  /**
   * The other side's `ready` is not heard before what the guest has said here is told: whoever takes
   * the run goes on behind it.
   */
  #heldChannel(): MigrationChannel {
    const end = this.#end;
    return {
      get state() {
        return end.state;
      },
      get room() {
        return end.room;
      },
      send: (frame) => end.send(frame),
      receive: () => (this.#isStanding && !end.isTold ? undefined : end.receive()),
      close: () => end.close(),
      cut: () => end.cut(),
      onChange: undefined,
    };
  }
}
