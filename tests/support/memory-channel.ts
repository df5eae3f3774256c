/**
 * A channel of a migration within one process, and what goes wrong with it, as a plan says: at the
 * n-th frame of a kind (a point of `faultPoints`) it does what its fault names.
 */
import { type FaultPoint, faultPointOf } from "../../workers/vmm/migration/fault-points.ts";
import { frameHeadBytes } from "../../workers/vmm/migration/frames.ts";
import type { MigrationChannel } from "../../workers/vmm/migration/migration-channel.ts";
import { decodeMessage } from "../../workers/vmm/migration/protocol.ts";

export const channelFaults = [
  /** The frame does not arrive, nor does anything after it. */
  "cut-before",
  /** The frame arrives as the last one. */
  "cut-after",
  /** Nothing arrives from here on, and nobody is told. */
  "stall",
  "duplicate",
  "corrupt",
  /** The frame is held back and comes behind the next one. */
  "swap",
] as const;
export type ChannelFault = (typeof channelFaults)[number];

export interface PlannedFault {
  readonly point: FaultPoint;
  readonly fault: ChannelFault;
  /** Frames of this kind that go well before. */
  readonly after?: number;
}

export interface MemoryPipe {
  readonly source: MigrationChannel;
  readonly destination: MigrationChannel;
  /** All points that were passed, whether or not something went wrong there. */
  readonly passed: ReadonlySet<FaultPoint>;
  /** Faults of the plan that have happened. */
  readonly happened: number;
}

/** @param options.room bytes that are under way at most in each direction */
export function memoryPipe({
  room = 2 ** 22,
  faults = [],
}: {
  room?: number;
  faults?: readonly PlannedFault[];
} = {}): MemoryPipe {
  return new Pipe(room, faults);
}

class Pipe implements MemoryPipe {
  readonly passed = new Set<FaultPoint>();
  readonly source: End;
  readonly destination: End;
  readonly #left: { readonly plan: PlannedFault; wait: number }[];
  happened = 0;

  constructor(room: number, faults: readonly PlannedFault[]) {
    this.source = new End(this, "source", room);
    this.destination = new End(this, "destination", room);
    this.#left = faults.map((plan) => ({ plan, wait: plan.after ?? 0 }));
  }

  other(end: End): End {
    return end === this.source ? this.destination : this.source;
  }

  faultAt(point: FaultPoint | undefined): ChannelFault | undefined {
    if (point === undefined) return undefined;
    this.passed.add(point);
    const entry = this.#left.find(({ plan }) => plan.point === point);
    if (!entry || entry.wait-- > 0) return undefined;
    this.#left.splice(this.#left.indexOf(entry), 1);
    this.happened++;
    return entry.plan.fault;
  }
}

class End implements MigrationChannel {
  readonly #pipe: Pipe;
  readonly #side: "source" | "destination";
  readonly #most: number;
  #inbox: Uint8Array[] = [];
  #inboxBytes = 0;
  #held: Uint8Array | undefined;
  #isStalled = false;
  #isClosing = false;
  #state: MigrationChannel["state"] = "open";
  onChange: (() => void) | undefined;

  constructor(pipe: Pipe, side: "source" | "destination", room: number) {
    this.#pipe = pipe;
    this.#side = side;
    this.#most = room;
  }

  get state(): MigrationChannel["state"] {
    if (this.#state === "open" && this.#isClosing && this.#inbox.length === 0) return "closed";
    return this.#state;
  }

  get room(): number {
    if (this.state !== "open") return 0;
    return Math.max(0, this.#most - this.#pipe.other(this).#inboxBytes);
  }

  send(frame: Uint8Array): void {
    if (this.state !== "open") return;
    if (this.room <= 0) throw new RangeError("the channel has no room");
    const fault = this.#pipe.faultAt(this.#pointOf(frame));
    if (fault === "cut-before") {
      this.cut();
      return;
    }
    if (fault === "stall") this.#isStalled = true;
    if (fault === "swap") {
      this.#held = frame;
      return;
    }
    if (fault === "corrupt") {
      frame = frame.slice();
      frame[frame.length - 1] = (frame[frame.length - 1] as number) ^ 1;
    }
    this.#deliver(frame);
    if (fault === "duplicate") this.#deliver(frame);
    if (this.#held) this.#deliver(this.#held);
    this.#held = undefined;
    if (fault === "cut-after") this.#cutBehind();
  }

  receive(): Uint8Array | undefined {
    const frame = this.#inbox.shift();
    if (!frame) return undefined;
    this.#inboxBytes -= frame.length;
    this.#changed(this.#pipe.other(this));
    return frame;
  }

  close(): void {
    if (this.state !== "open") return;
    this.#state = "closed";
    const other = this.#pipe.other(this);
    if (!this.#isStalled) other.#isClosing = true;
    this.#changed(other);
  }

  cut(): void {
    for (const end of [this, this.#pipe.other(this)]) {
      if (end.#state === "open") end.#state = "cut";
      end.#inbox = [];
      end.#inboxBytes = 0;
      this.#changed(end);
    }
  }

  /** What was sent so far arrives, and then both see that it is cut. */
  #cutBehind(): void {
    const other = this.#pipe.other(this);
    this.#state = "cut";
    other.#state = "cut";
    this.#changed(this);
    this.#changed(other);
  }

  #deliver(frame: Uint8Array): void {
    if (this.#isStalled) return;
    const other = this.#pipe.other(this);
    if (other.#state === "closed") return;
    other.#inbox.push(frame);
    other.#inboxBytes += frame.length;
    this.#changed(other);
  }

  #changed(end: End): void {
    if (end.onChange) queueMicrotask(() => end.onChange?.());
  }

  /** Nothing for a frame that no migration sends. */
  #pointOf(frame: Uint8Array): FaultPoint | undefined {
    try {
      return faultPointOf(this.#side, decodeMessage(frame.subarray(frameHeadBytes)));
    } catch {
      return undefined;
    }
  }
}
