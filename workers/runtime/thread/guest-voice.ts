import type { RunEnd } from "../../../shared/schema/run-end.ts";
import { nativeHash } from "../../host/native-hash.ts";
import {
  ConsoleScript,
  guestExits,
  type Instructions,
  type Machine,
  type Milliseconds,
} from "../../vmm/mod.ts";
import type { DriverState } from "./driver-state.ts";
import type { RunMessage, RunReport, ThreadStart } from "./thread-protocol.ts";

export interface VoicePorts {
  post(message: RunMessage): void;
  now(): Milliseconds;
  /** Each byte that the guest has printed, while it may. */
  onByte?(byte: number): void;
  /** A step is decided, at this instant of the machine. */
  onDecided?(index: number, machine: Machine): void;
}

/** How a run came to be what it is; nothing that is graded depends on it. */
type Origin = Pick<DriverState, "fromTemplate" | "withoutTranslation">;

const consoleBatch = 16 * 1024;
/** How often the worker hears of a run that says nothing. */
const progressInterval: Milliseconds = 100;

/**
 * What a guest says, and what its script makes of it: posted in order, each byte and each step's report
 * once; and the report of the run.
 */
export class GuestVoice {
  readonly #start: Pick<ThreadStart, "steps" | "limits" | "withoutTranslation">;
  readonly #ports: VoicePorts;
  #script: ConsoleScript;
  #consoleBytes = 0;
  #reportedSteps = 0;
  #fromTemplate: Instructions | undefined;
  #isTranslated: boolean;
  #pending: number[] = [];
  #progressAt: Milliseconds = Number.NEGATIVE_INFINITY;

  constructor(
    start: Pick<ThreadStart, "steps" | "limits" | "withoutTranslation">,
    ports: VoicePorts,
  ) {
    this.#start = start;
    this.#ports = ports;
    this.#script = new ConsoleScript(start.steps);
    this.#isTranslated = !start.withoutTranslation;
  }

  /** Whether the guest's hot code may be translated. */
  get isTranslated(): boolean {
    return this.#isTranslated;
  }

  get script(): ConsoleScript {
    return this.#script;
  }

  get consoleBytes(): number {
    return this.#consoleBytes;
  }

  /** Whether the guest has printed more than it may. */
  get isFlood(): boolean {
    return this.#consoleBytes > this.#start.limits.outputBytes;
  }

  /** The script talks to this machine, which has not run with it, or is as the script was saved. */
  begin(machine: Machine, script = this.#script): void {
    this.#script = script;
    script.attach(machine, (index) => this.#ports.onDecided?.(index, machine));
  }

  /** Goes on where a driver was. What it had posted is not posted again. */
  takeUp(machine: Machine, state: DriverState): void {
    this.begin(machine, new ConsoleScript(this.#start.steps, state.script));
    this.#consoleBytes = state.consoleBytes;
    this.#reportedSteps = state.reportedSteps;
    this.#fromTemplate = state.fromTemplate;
    if (state.withoutTranslation) this.#isTranslated = false;
  }

  /** Goes on where a template's driver was, and says what it has said. */
  repeat(machine: Machine, state: DriverState, console: Uint8Array): void {
    this.begin(machine, new ConsoleScript(this.#start.steps, state.script));
    this.#script.goOn();
    this.#consoleBytes = state.consoleBytes;
    this.#fromTemplate = machine.retired;
    if (console.length > 0) this.#ports.post({ type: "console", bytes: console.slice() });
  }

  /** @returns false where that was too much: the byte counts, and is not said */
  print(byte: number): boolean {
    this.#consoleBytes += 1;
    if (this.isFlood) return false;
    this.#script.write(byte);
    this.#ports.onByte?.(byte);
    this.#pending.push(byte);
    if (this.#pending.length >= consoleBatch) this.#flushConsole();
    return true;
  }

  /**
   * Posts what was not posted yet.
   *
   * @param used what the guest has had of its threads
   * @param isLast progress, too, however short ago it was said
   */
  flush(machine: Machine, used: Milliseconds, isLast: boolean): void {
    this.#flushConsole();
    const hasNews = this.#flushSteps();
    const now = this.#ports.now();
    if (!isLast && !hasNews && now - this.#progressAt < progressInterval) return;
    this.#progressAt = now;
    const step = this.#script.current?.index ?? this.#start.steps.length;
    this.#ports.post({ type: "progress", instructions: machine.retired, step, used });
  }

  /** What a later driver has to know. */
  save(): Pick<DriverState, "script" | "consoleBytes" | "reportedSteps" | keyof Origin> {
    return {
      script: this.#script.save(),
      consoleBytes: this.#consoleBytes,
      reportedSteps: this.#reportedSteps,
      ...this.#origin(),
    };
  }

  /** @param machine absent where none was made */
  report(end: RunEnd, machine?: Machine): RunReport {
    this.#flushSteps();
    // What the host's clock cut off is no function of the guest, so it has no hash.
    const hasHash = machine !== undefined && end.kind !== "wall-clock";
    return {
      end,
      steps: this.#script.reports,
      instructions: machine?.retired ?? 0,
      // Checkpoints cause some, which are no part of a result that anybody can repeat.
      exits: machine ? guestExits(machine.exitCounts()) : {},
      ...(hasHash ? { stateHash: machine.stateHash(nativeHash) } : {}),
      consoleBytes: this.#consoleBytes,
      recentOutput: this.#script.recentOutput,
      ...this.#origin(),
    };
  }

  #origin(): Origin {
    const fromTemplate = this.#fromTemplate;
    return {
      ...(fromTemplate !== undefined && { fromTemplate }),
      ...(!this.#isTranslated && { withoutTranslation: true }),
    };
  }

  #flushConsole(): void {
    if (this.#pending.length === 0) return;
    this.#ports.post({ type: "console", bytes: Uint8Array.from(this.#pending) });
    this.#pending = [];
  }

  /** @returns whether there were any to report */
  #flushSteps(): boolean {
    const before = this.#reportedSteps;
    for (const [index, report] of this.#script.reports.entries()) {
      if (index >= this.#reportedSteps && report.state !== "not-reached") {
        this.#ports.post({ type: "step", index, report });
        this.#reportedSteps = index + 1;
      }
    }
    return this.#reportedSteps > before;
  }
}
