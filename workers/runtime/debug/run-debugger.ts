import type { DebugReport } from "../../../shared/protocol/debug-report.ts";
import type { DebugRequest } from "../../../shared/protocol/debug-request.ts";
import { debuggerMilliseconds } from "../../../shared/protocol/debugger-record.ts";
import type { Milliseconds } from "../../vmm/mod.ts";
import type { DebugCommand, DebugMessage } from "../thread/debug-protocol.ts";

export interface DebuggedRun {
  readonly submission: string;
  /** In which this worker has the run. */
  epoch(): number;
  /** Says something to the guest. */
  send(command: DebugCommand): void;
}

/** What a worker has to do with the debuggers of its runs: all of it goes through Redis. */
export interface DebugPorts {
  readonly worker: string;
  /** How long debuggers may hold one run in all. */
  readonly allowance: Milliseconds;
  report(submission: string, report: DebugReport): Promise<unknown>;
  /** @returns what the run was held before */
  heldSoFar(submission: string): Promise<Milliseconds>;
  noteHeld(submission: string, more: Milliseconds): Promise<unknown>;
}

const lookInterval: Milliseconds = 1000;

/**
 * The debugger of one run on this worker: hands on what it asks and what it is told, and sends it away
 * when it has held the guest for too long, or is not heard of any more.
 */
export class RunDebugger {
  readonly #run: DebuggedRun;
  readonly #ports: DebugPorts;
  readonly #onEnd: () => void;
  #session: string | undefined;
  /** Of `performance`: since when the guest stands still; that it was heard of. */
  #heldSince: Milliseconds | undefined;
  #heardAt: Milliseconds = 0;
  #held: Milliseconds = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(run: DebuggedRun, ports: DebugPorts, onEnd: () => void) {
    this.#run = run;
    this.#ports = ports;
    this.#onEnd = onEnd;
  }

  ask(request: DebugRequest): void {
    if (request.ask.do === "attach" && this.#held >= this.#ports.allowance) {
      this.#report(request.session, { over: { words: this.#tooLong } });
      return;
    }
    this.#heardAt = performance.now();
    this.#run.send(request);
  }

  /** What the guest says to its debugger. */
  hear({ session, over, ...message }: DebugMessage): void {
    if (over === undefined) this.#begin(session);
    this.#hold(message.status?.stop !== undefined);
    this.#report(session, { ...message, ...(over !== undefined && { over: { words: over } }) });
    if (over !== undefined) this.#leave();
  }

  /** The run is not here any more; it goes on elsewhere, with its debugger. */
  end(): void {
    this.#leave();
    this.#onEnd();
  }

  /** The guest has come to its end. @param exit the status that it has ended with */
  finish(words: string, exit: number): void {
    if (this.#session !== undefined) this.#report(this.#session, { over: { words, exit } });
    this.end();
  }

  get #tooLong(): string {
    const seconds = Math.round(this.#ports.allowance / 1000);
    return `debuggers have held this run for ${seconds} seconds, which is all that they may`;
  }

  #begin(session: string): void {
    if (this.#session === session) return;
    this.#session = session;
    this.#heardAt = performance.now();
    this.#timer ??= setInterval(() => this.#look(), lookInterval);
    this.#ports.heldSoFar(this.#run.submission).then(
      (held) => {
        this.#held = Math.max(this.#held, held);
      },
      () => undefined,
    );
  }

  #look(): void {
    const now = performance.now();
    const isSilent = now - this.#heardAt > debuggerMilliseconds;
    const held = this.#held + (this.#heldSince === undefined ? 0 : now - this.#heldSince);
    if (!isSilent && held < this.#ports.allowance) return;
    const words = isSilent ? "it was not heard of any more" : this.#tooLong;
    if (this.#session !== undefined) this.#report(this.#session, { over: { words } });
    this.#leave();
    this.#run.send("leave");
  }

  #hold(isHeld: boolean): void {
    const now = performance.now();
    if (isHeld) this.#heldSince ??= now;
    else if (this.#heldSince !== undefined) {
      const more = now - this.#heldSince;
      this.#heldSince = undefined;
      this.#held += more;
      this.#ports.noteHeld(this.#run.submission, more).catch(() => undefined);
    }
  }

  #leave(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#session = undefined;
    this.#hold(false);
  }

  #report(session: string, report: object): void {
    const { submission, epoch } = this.#run;
    const { worker } = this.#ports;
    // What is lost is asked for again.
    this.#ports
      .report(submission, { session, worker, epoch: epoch(), ...report })
      .catch(() => undefined);
  }
}
