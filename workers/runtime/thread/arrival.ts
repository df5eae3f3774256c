import { tidy } from "../../host/tidy.ts";
import { zstd } from "../../host/zstd.ts";
import {
  type KnownContent,
  type Machine,
  type MachineResources,
  MigrationDestination,
  type Milliseconds,
  type Monitor,
} from "../../vmm/mod.ts";
import { ThreadEnd } from "../migration/thread-end.ts";
import type { ArrivalOptions, MoveCommand, MoveMessage } from "./move-protocol.ts";
import { PostedAuthority } from "./posted-authority.ts";

export interface ArrivalPorts {
  readonly monitor: Pick<Monitor, "stageMachine" | "restoreMachine" | "useKeptCode">;
  /** Pages of RAM that the run's machine has. */
  readonly ramPages: number;
  /** What the machine is to be connected with. @param driver what the last driver said */
  resources(driver: Uint8Array): MachineResources;
  /** A piece of what the last driver says, before the rest of it. */
  ahead(piece: Uint8Array): void;
  /** What is here of its pages, by its name. */
  content(name: string): KnownContent | undefined;
  post(message: MoveMessage): void;
  now(): Milliseconds;
}

/** How long this thread sleeps at most before it looks whether the other side is still there. */
const look: Milliseconds = 100;

/** A guest on its way to this thread. */
export class Arrival {
  readonly #end: ThreadEnd;
  readonly #authority: PostedAuthority;
  readonly #destination: MigrationDestination;
  /** The page that the guest waits for. */
  #awaited: number | undefined;

  constructor(options: ArrivalOptions, ports: ArrivalPorts) {
    const { run, epoch, owner, token, patience, takesCode } = options;
    const { monitor, now, post, ramPages } = ports;
    this.#end = new ThreadEnd(options.line, (message) => post({ type: "line", message }));
    this.#authority = new PostedAuthority((question) => post({ type: "claim", ...question }));
    this.#destination = new MigrationDestination({
      ...{ owner, monitor, patience, takesCode, now, tidy },
      channel: this.#end,
      authority: this.#authority,
      accept: (hello) => {
        if (hello.run !== run || hello.epoch !== epoch || hello.token !== token) {
          return "this is not the run that was announced";
        }
        return hello.ramPages === ramPages ? undefined : "its RAM has another size";
      },
      resources: (driver) => ports.resources(driver),
      ahead: (piece) => ports.ahead(piece),
      content: (name) => ports.content(name),
      ...(zstd && { compressions: [zstd] }),
      waitForArrival: () => this.#end.wait(look),
    });
  }

  /** Does what can be done now. */
  step(): void {
    this.#destination.step();
  }

  get isOver(): boolean {
    return this.#destination.isOver;
  }

  /** Whether the guest is this side's to run, or has been. */
  get isHere(): boolean {
    return this.#destination.guest === "runs";
  }

  /** Whether the guest can do something now. */
  get mayRun(): boolean {
    if (!this.isHere) return false;
    if (this.#awaited !== undefined && this.#isAbsent(this.#awaited)) return false;
    this.#awaited = undefined;
    return true;
  }

  /** Once it is here. */
  get machine(): Machine {
    return this.#destination.machine;
  }

  get epoch(): number {
    return this.#destination.epoch;
  }

  /** The guest needs a page that is still on the other side. */
  demand(page: number): void {
    this.#awaited = page;
    this.#destination.demand(page);
  }

  hear(command: MoveCommand): void {
    if (command.type === "knock") this.#end.knock();
    if (command.type === "claimed") this.#authority.answer(command.ownership);
  }

  /** Gives back what it has taken, but for a machine that runs here. */
  dispose(): void {
    this.#destination.dispose();
  }

  /** Nobody wants to know any more. */
  abandon(): void {
    this.#end.cut();
    this.#destination.cancel();
    this.#destination.dispose();
  }

  /** Why it is over, where it did not come here whole. */
  get failure(): Extract<MoveMessage, { type: "failed" }> | undefined {
    const { state, problem, epoch } = this.#destination;
    if (!this.isOver || state === "completed") return undefined;
    const isLost = state === "lost";
    return { type: "failed", isLost, epoch, problem: problem?.message ?? "it was called off" };
  }

  #isAbsent(page: number): boolean {
    return this.#destination.isAbsent(page);
  }
}
