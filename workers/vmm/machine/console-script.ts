import { guestExits } from "../base/exits.ts";
import type { Alarm } from "../base/timers.ts";
import type { Instructions, Nanoseconds } from "../base/units.ts";
import type { ConsoleSink, Machine } from "./config.ts";
import type {
  ConsoleStep,
  ConsoleStepReport,
  ExitAssertion,
  StepMark,
} from "./console-script-step.ts";
import {
  ConsoleTextDecoder,
  type ConsoleTextState,
  encodeConsoleText,
} from "./console-script-text.ts";

/**
 * Talks to a guest over its serial console: waits for output, types input, waits for power-off.
 *
 * Usage: `attach` to a machine whose console sink passes every byte on to `write`, run the machine
 * in slices of any size until `isDone`, tell `powerOff` or `end` when the machine stops by itself.
 *
 * Everything happens in guest time. Output arms an alarm; when it fires the pattern is tested and
 * the steps advance; deadlines are alarms too. So the same steps on the same machine type the same
 * bytes at the same instruction, however the host slices the run. The script stops the machine when
 * a step has failed or the last one is done; it never throws because of what a guest prints.
 *
 * It can pause before a step: the machine is stopped and the script `isPaused` until `goOn`. A run that
 * was saved, or cloned, in between is the one that never paused.
 */
export class ConsoleScript implements ConsoleSink {
  readonly #steps: readonly ConsoleStep[];
  readonly #patterns: readonly (RegExp | undefined)[];
  readonly #decoder: ConsoleTextDecoder;
  readonly #reports: ConsoleStepReport[];
  /** What the machine had done when each of them was decided. */
  readonly #marks: StepMark[];
  /** Output that no step has matched yet. */
  #unmatched: string;
  /** The latest output, matched or not. */
  #recent: string;
  #hasFailed: boolean;
  /** The step for which the deadline is set; -1 before the first. */
  #deadlineOf: number;
  #link: Link | undefined;
  /** Number of the step before which it pauses, once. */
  #pauseBefore: number | undefined;
  #isPaused = false;

  /**
   * @param pauseBefore number of a step
   * @throws SyntaxError for a pattern that is not a regular expression
   */
  constructor(
    steps: readonly ConsoleStep[],
    state: ConsoleScriptState = powerOnState,
    pauseBefore?: number,
  ) {
    this.#steps = steps;
    this.#pauseBefore = pauseBefore;
    this.#patterns = steps.map((step) =>
      step.kind === "expect" ? new RegExp(step.pattern, "m") : undefined,
    );
    this.#decoder = new ConsoleTextDecoder(state.decoder);
    this.#reports = [...state.reports];
    this.#marks = [...state.marks];
    this.#unmatched = state.unmatched;
    this.#recent = state.recent;
    this.#hasFailed = state.hasFailed;
    this.#deadlineOf = state.deadlineOf;
  }

  /**
   * Connects to a machine; once, before its first instruction (or right after a restore).
   *
   * @param onDecided hears of each step at the instant at which it is decided
   */
  attach(machine: ScriptedMachine, onDecided?: (index: number) => void): void {
    const { timers } = machine;
    const match = timers.alarm("script.match", (now) => this.#advance(now));
    const deadline = timers.alarm("script.deadline", () => this.#expire());
    this.#link = { machine, match, deadline, onDecided };
    // A restored script that has not begun either finds its alarm armed by the machine.
    if (this.#deadlineOf < 0 && this.#reports.length === 0 && !match.isArmed) {
      match.arm(timers.now() + quietNanoseconds);
    }
  }

  write(byte: number): void {
    const text = this.#decoder.push(byte);
    this.#unmatched += text;
    this.#recent += text;
    if (this.#recent.length > 2 * recentLimit) {
      this.#recent = this.#recent.slice(-recentLimit);
    }
    if (this.#unmatched.length > 2 * unmatchedLimit) {
      this.#unmatched = this.#unmatched.slice(-unmatchedLimit);
    }
    if (this.#link !== undefined && !this.isDone && !this.#link.match.isArmed) {
      // A longer tail costs more to test, so it is tested less often: a guest that prints without
      // end gets no more than a bounded share of the host's time.
      const wait = Math.max(quietNanoseconds, this.#unmatched.length * nanosecondsPerCharacter);
      this.#link.match.arm(this.#link.machine.timers.now() + wait);
    }
  }

  /** Whether nothing is left to wait for: all steps passed, or one failed. */
  get isDone(): boolean {
    return this.#hasFailed || this.#reports.length === this.#steps.length;
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Goes on with the step that it has paused before; no guest time has passed since. */
  goOn(): void {
    this.#isPaused = false;
    this.#pauseBefore = undefined;
    if (this.#link) this.#advance(this.#link.machine.timers.now());
  }

  /** The step that is waited for now; undefined when done. */
  get current(): { readonly index: number; readonly waitedFor: string } | undefined {
    const index = this.#reports.length;
    const step = this.#steps[index];
    return step === undefined || this.#hasFailed ? undefined : { index, waitedFor: wish(step) };
  }

  /** One report for each step, in order. */
  get reports(): readonly ConsoleStepReport[] {
    return this.#steps.map((step, index) => {
      const waitedFor = wish(step);
      return (
        this.#reports[index] ?? {
          state: "not-reached",
          waitedFor,
          sentence: "Not reached: an earlier step did not succeed.",
        }
      );
    });
  }

  /** What the guest had done when each step was decided, in order; the same in every run. */
  get marks(): readonly StepMark[] {
    return this.#marks;
  }

  /** The last console output, at most 4 Ki characters. */
  get recentOutput(): string {
    return this.#recent.slice(-recentLimit);
  }

  /** Tells that the guest powered off by itself. */
  powerOff(code: number): void {
    // Output of the last nanoseconds is part of the run, though its alarm can no longer fire.
    this.#matchWithoutInput();
    const step = this.#steps[this.#reports.length];
    if (this.isDone || step === undefined) {
      return;
    }
    if (step.kind !== "exit-code") {
      this.end(`the guest powered off with exit status ${code}`);
    } else if (step.code === code) {
      this.#pass(`The guest powered off with exit status ${code}.`);
      this.#assertAll();
    } else {
      this.#fail(`Expected exit status ${step.code}, but the guest powered off with ${code}.`);
    }
  }

  /**
   * Tells that the run ends here for a reason that the script cannot see.
   *
   * @param why completes "Waited for …, but …"
   */
  end(why: string): void {
    this.#matchWithoutInput();
    const step = this.#steps[this.#reports.length];
    if (!this.isDone && step !== undefined) {
      this.#fail(`Waited for ${wish(step)}, but ${why}.`);
    }
  }

  save(): ConsoleScriptState {
    return {
      reports: [...this.#reports],
      marks: [...this.#marks],
      unmatched: this.#unmatched,
      recent: this.#recent,
      hasFailed: this.#hasFailed,
      deadlineOf: this.#deadlineOf,
      decoder: this.#decoder.save(),
    };
  }

  /** Moves over every step that can be done now, then sets the deadline of the one that cannot. */
  #advance(now: Nanoseconds): void {
    const link = this.#link;
    if (link === undefined || this.isDone) {
      return;
    }
    for (;;) {
      const index = this.#reports.length;
      const step = this.#steps[index];
      if (index === this.#pauseBefore) {
        // Its alarms are the last of those that are due at one instant, so nothing comes in between.
        this.#isPaused = true;
        link.machine.stop();
        return;
      }
      if (step === undefined) {
        link.deadline.disarm();
        link.machine.stop();
        return;
      }
      if (step.kind === "send") {
        link.machine.sendConsole(encodeConsoleText(step.text));
        this.#pass("Typed.");
      } else if (step.kind === "assert") {
        this.#assert(step);
      } else if (!this.#takeMatch()) {
        if (this.#deadlineOf !== index) {
          this.#deadlineOf = index;
          link.deadline.arm(now + step.within);
        }
        return;
      }
    }
  }

  /** Tests the pattern of the present step; on a match passes it and drops what it matched. */
  #takeMatch(): boolean {
    const pattern = this.#patterns[this.#reports.length];
    const found = pattern?.exec(this.#unmatched.slice(-unmatchedLimit));
    if (pattern === undefined || found === null || found === undefined) {
      return false;
    }
    const text = this.#unmatched.slice(-unmatchedLimit);
    this.#unmatched = text.slice(found.index + found[0].length);
    this.#pass(`The console showed ${quote(found[0].trim())}.`);
    return true;
  }

  #matchWithoutInput(): void {
    this.#assertAll();
    // One pass for each pattern that the last output answers.
    while (!this.isDone && this.#takeMatch()) this.#assertAll();
  }

  /** Those that are next. */
  #assertAll(): void {
    for (let step = this.#next; step?.kind === "assert"; step = this.#next) this.#assert(step);
  }

  get #next(): ConsoleStep | undefined {
    return this.#hasFailed ? undefined : this.#steps[this.#reports.length];
  }

  /** Nothing depends on whether it holds but its own points. */
  #assert({ exits, since }: Extract<ConsoleStep, { kind: "assert" }>): void {
    const now: Record<string, number> = this.#link?.machine.exitCounts() ?? {};
    const before = since && this.#marks[since.step]?.exits;
    const counted = (category: string) => (now[category] ?? 0) - (before?.[category] ?? 0);
    const broken = exits.find((one) => !holds(one, counted(one.category)));
    const told = broken ? [broken] : exits;
    const counts = told.map(({ category }) => `${count(counted(category))} exits ${category}`);
    const when = since ? `since ${quote(since.name)}` : "since power-on";
    if (!broken) this.#pass(`There were ${counts.join(", ")} ${when}.`);
    else this.#report("failed", `Expected ${bound(broken)} ${when}, but there were ${counts[0]}.`);
  }

  #expire(): void {
    const step = this.#steps[this.#reports.length];
    if (this.isDone || step === undefined || !isAwaited(step) || this.#link === undefined) {
      return;
    }
    if (this.#takeMatch()) {
      this.#link.match.arm(this.#link.machine.timers.now() + quietNanoseconds);
      return;
    }
    this.#fail(`Waited ${count(step.within)} instructions for ${wish(step)}; it did not come.`);
    this.#link.match.disarm();
    this.#link.machine.stop();
  }

  #pass(sentence: string): void {
    this.#report("passed", sentence);
  }

  #fail(sentence: string): void {
    this.#report("failed", sentence);
    this.#hasFailed = true;
  }

  #report(state: "passed" | "failed", sentence: string): void {
    const index = this.#reports.length;
    const step = this.#steps[index];
    if (step === undefined) return;
    const { machine, onDecided } = this.#link ?? {};
    const atInstruction = machine?.retired ?? 0;
    this.#reports.push({ state, waitedFor: wish(step), atInstruction, sentence });
    this.#marks.push({
      exits: guestExits(machine?.exitCounts() ?? {}),
      parts: machine?.exitParts() ?? {},
    });
    onDecided?.(index);
  }
}

/** The saved form: plain data. Pending alarms are saved by the machine under their names. */
export interface ConsoleScriptState {
  readonly reports: readonly ConsoleStepReport[];
  /** As many. */
  readonly marks: readonly StepMark[];
  readonly unmatched: string;
  readonly recent: string;
  readonly hasFailed: boolean;
  readonly deadlineOf: number;
  readonly decoder: ConsoleTextState;
}

type ScriptedMachine = Pick<
  Machine,
  "timers" | "sendConsole" | "stop" | "retired" | "exitCounts" | "exitParts"
>;

interface Link {
  readonly machine: ScriptedMachine;
  readonly onDecided: ((index: number) => void) | undefined;
  readonly match: Alarm;
  readonly deadline: Alarm;
}

const powerOnState: ConsoleScriptState = {
  reports: [],
  marks: [],
  unmatched: "",
  recent: "",
  hasFailed: false,
  deadlineOf: -1,
  decoder: { bits: 0, missing: 0 },
};

/** A line is on the console when this much guest time has passed since its first byte. */
const quietNanoseconds = 10_000;
const nanosecondsPerCharacter = 16;
const unmatchedLimit = 64 * 1024;
const recentLimit = 4 * 1024;

function wish(step: ConsoleStep): string {
  switch (step.kind) {
    case "expect":
      return `output matching /${step.pattern}/`;
    case "send":
      return `its turn to type ${quote(step.text)}`;
    case "assert":
      return `exits: ${step.exits.map(bound).join(", ")}`;
    case "exit-code":
      return `power-off with exit status ${step.code}`;
  }
}

/** A step with a deadline. */
function isAwaited(step: ConsoleStep): step is Extract<ConsoleStep, { within: Instructions }> {
  return step.kind === "expect" || step.kind === "exit-code";
}

function bound({ category, relation, count: limit }: ExitAssertion): string {
  return `${category} ${relation} ${count(limit)}`;
}

function holds({ relation, count: limit }: ExitAssertion, counted: number): boolean {
  switch (relation) {
    case "<":
      return counted < limit;
    case "<=":
      return counted <= limit;
    case "=":
      return counted === limit;
    case ">=":
      return counted >= limit;
    case ">":
      return counted > limit;
  }
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);
}

/** Digits in groups of three, without the host's locale. */
function count(instructions: Instructions): string {
  return String(instructions).replace(/\B(?=(\d{3})+$)/g, ",");
}
