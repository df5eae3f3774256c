import type { Milliseconds } from "../../vmm/mod.ts";
import { imageBuffers } from "../image-buffers.ts";
import type { DebugCommand } from "./debug-protocol.ts";
import type { MoveCommand } from "./move-protocol.ts";
import type { PcpuThread } from "./pcpu-thread.ts";
import type { RunMessage, RunNumber, ThreadCommand, ThreadStart } from "./thread-protocol.ts";
import type { ThreadStatus } from "./thread-status.ts";

/** A run on a pCPU thread, as whoever wants it has it. */
export interface RunEvents {
  onMessage(message: RunMessage): void;
  /** It held its thread longer than it may, and the thread was ended. Nothing comes after it. */
  onOvertime(): void;
  /** Its thread has ended, for no fault of the run. Nothing comes after it. */
  onDeath(reason: string): void;
}

export interface ThreadRun {
  readonly number: RunNumber;
  readonly start: ThreadStart;
  readonly events: RunEvents;
}

const lastMessages = new Set<string>([
  ...["end", "fault", "handed-over", "unusable", "translation-trap"],
]);
const lastOfMove = new Set<string>(["departed", "failed"]);

function isLastMessage(message: RunMessage): boolean {
  return message.type === "move"
    ? lastOfMove.has(message.message.type)
    : lastMessages.has(message.type);
}

/** One thread of the pool and the runs that it has. */
export class PooledThread {
  readonly pcpu: number;
  readonly status: ThreadStatus;
  readonly #thread: PcpuThread;
  readonly #runs = new Map<RunNumber, ThreadRun & { used: Milliseconds }>();
  #serial = -1;
  #since: Milliseconds = 0;

  constructor(pcpu: number, status: ThreadStatus, thread: PcpuThread) {
    this.pcpu = pcpu;
    this.status = status;
    this.#thread = thread;
  }

  get runs(): readonly ThreadRun[] {
    return [...this.#runs.values()];
  }

  get load(): number {
    return this.#runs.size;
  }

  start(run: ThreadRun): void {
    const { number, start } = run;
    this.#runs.set(number, { ...run, used: 0 });
    const transfer = imageBuffers(start.config.boot, start.disks);
    if (start.resume?.content.buffer instanceof ArrayBuffer) {
      transfer.push(start.resume.content.buffer);
    }
    this.#thread.post({ type: "start", run: number, start }, transfer);
  }

  /** A checkpoint of a run of this thread may be given up, also when the run is over. */
  release(number: RunNumber, isKept: boolean): void {
    this.#thread.post({ type: "release", run: number, isKept });
  }

  move(number: RunNumber, command: MoveCommand): void {
    const packing = command.type === "depart" ? command.departure.packing : undefined;
    this.#thread.post({ type: "move", run: number, command }, packing ? [packing] : []);
  }

  debug(number: RunNumber, command: DebugCommand): void {
    this.#thread.post({ type: "debug", run: number, command });
  }

  /** @returns the run, where the message is its last one */
  receive(number: RunNumber, message: RunMessage): ThreadRun | undefined {
    const run = this.#runs.get(number);
    if (!run) return undefined;
    if (message.type === "progress") run.used = message.used;
    const isLast = isLastMessage(message);
    if (isLast) this.#runs.delete(number);
    run.events.onMessage(message);
    return isLast ? run : undefined;
  }

  /**
   * The run that has the thread for longer than it may, and the grace on top: it does not even come to
   * where it would be stopped.
   */
  overdue(now: Milliseconds, grace: Milliseconds): ThreadRun | undefined {
    const { run: number, serial } = this.status.turn;
    if (serial !== this.#serial) {
      this.#serial = serial;
      this.#since = now;
    }
    const run = number === undefined ? undefined : this.#runs.get(number);
    if (!run) return undefined;
    const used = run.used + now - this.#since;
    return used > run.start.limits.wallClock + grace ? run : undefined;
  }

  post(command: ThreadCommand, transfer: readonly ArrayBuffer[] = []): void {
    this.#thread.post(command, transfer);
  }

  end(): Promise<void> {
    return this.#thread.end();
  }

  abandon(): void {
    this.#thread.abandon();
  }
}
