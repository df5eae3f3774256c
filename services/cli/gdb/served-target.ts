import type {
  DebugAnswer,
  DebugReport,
  DebugStatus,
} from "../../../shared/protocol/debug-report.ts";
import type { DebugAsk, DebugPoints } from "../../../shared/protocol/debug-request.ts";
import { debuggerInterval } from "../../../shared/protocol/debugger-record.ts";
import type { GdbTarget } from "../../../workers/runtime/debug/gdb-target.ts";
import { bytesOf, registerOf } from "../../../workers/runtime/debug/hex.ts";
import { debugRegisters, type Watchpoint } from "../../../workers/vmm/mod.ts";
import { pauseReasonOf } from "./pause-reason-of.ts";
import { StoppedMemory } from "./stopped-memory.ts";

/** What the target needs of its connection. */
export interface AskingLink {
  /** @returns what the answer is found by */
  ask(ask: DebugAsk): number;
}

/** What the debugger wants the guest to do. */
type Wish =
  | { readonly kind: "stand" }
  | { readonly kind: "run" }
  | { readonly kind: "step"; readonly hart: number };

type Listener = Parameters<GdbTarget["listen"]>[0];
type Stop = NonNullable<DebugStatus["stop"]>;

const lookEach = 500;
/** gdb gives up a packet after two seconds. */
const patience = 1500;
const monitorPatience = 5000;
/** So many looks without an answer: whoever has the run now may not know of this debugger. */
const looksUntilAttach = Math.ceil((2 * debuggerInterval) / lookEach);
const refusal = {
  refusal: "this run is graded: a debugger looks at it and changes nothing",
} as const;

/**
 * A run of a service, as gdb has it. What gdb has set and wants is known here, and only here for good:
 * so it survives whatever happens to workers and to the API. What the guest does is known by the last
 * report of whoever has it.
 *
 * Points are told when the guest goes on. Registers come with each stop, and memory that was read is
 * kept until the next one.
 */
export class ServedTarget implements GdbTarget {
  readonly #link: AskingLink;
  readonly #now: () => number;
  readonly #answers = new Map<number, (answer: DebugAnswer | undefined) => void>();
  readonly #listeners = new Set<Listener>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<string>();
  readonly #memory = new StoppedMemory((hart, address, bytes) => this.#read(hart, address, bytes));
  #registers = new Map<string, bigint | undefined>();
  #breakpoints: ReadonlySet<bigint> = new Set();
  #watchpoints: readonly Watchpoint[] = [];
  #toldPoints = "";
  #status: DebugStatus | undefined;
  #stop: Stop | undefined;
  #wish: Wish = { kind: "stand" };
  #csrs: GdbTarget["csrs"] = [];
  #where = "";
  /** What a person has to be told before the guest goes on from where it is now. */
  #news: string | undefined;
  #epoch = 0;
  /** Whether the guest is to stop, whatever it was to do. */
  #isPausing = false;
  /** The stop that was acted on last. */
  #lastStop: string | undefined;
  /** Whether it has stood still before. */
  #isKnown = false;
  /** How far the guest was seen, in instructions; and where it was left to stand. */
  #seenAt = 0;
  #stoodAt: number | undefined;
  #lookedAt = 0;
  #looks = 0;
  #isOver = false;
  readonly #timer: ReturnType<typeof setInterval>;

  /** @param now milliseconds of a clock that is never set */
  constructor(link: AskingLink, now: () => number) {
    this.#link = link;
    this.#now = now;
    this.#timer = setInterval(() => this.#look(), lookEach);
  }

  /** Resolves when the guest stands still for the first time. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Resolves with a sentence when there is nothing more to debug. */
  get ended(): Promise<string> {
    return this.#ended.promise;
  }

  /** The worker that the run is on. */
  get where(): string {
    return this.#where;
  }

  /** There is a connection. */
  attach(): void {
    this.#toldPoints = this.#points;
    this.#await(this.#link.ask({ do: "attach", points: JSON.parse(this.#points) }), patience).then(
      (answer) => {
        if (answer?.csrs) this.#csrs = answer.csrs.map(([name, number]) => ({ name, number }));
      },
    );
  }

  hear(report: DebugReport): void {
    // A worker that has lost the run may not know it yet.
    if (this.#isOver || report.epoch < this.#epoch) return;
    this.#looks = 0;
    if (report.status) this.#note(report.status, report);
    if (report.n !== undefined) this.#answers.get(report.n)?.(report.answer);
    if (report.answer?.csrs) {
      this.#csrs = report.answer.csrs.map(([name, number]) => ({ name, number }));
    }
    if (report.over) this.over(report.over.words, report.over.exit);
  }

  /** @param exit the status of a guest that has ended */
  over(words: string, exit?: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#timer);
    for (const listener of [...this.#listeners]) {
      listener.onWords(`${words}\n`);
      listener.onEnd(exit);
    }
    this.#ended.resolve(words);
  }

  get harts(): number {
    return this.#status?.harts.length ?? 1;
  }

  get csrs(): GdbTarget["csrs"] {
    return this.#csrs;
  }

  get presentHart(): number {
    return this.#stop?.hart ?? 0;
  }

  hartState(hart: number): "running" | "waiting" | "stopped" {
    return this.#status?.harts[hart] ?? "stopped";
  }

  readRegister(hart: number, register: number): bigint | undefined | Promise<bigint | undefined> {
    const core = this.#stop?.registers[hart];
    if (core !== undefined && register <= debugRegisters.pc) {
      return registerOf(core.slice(16 * register, 16 * register + 16));
    }
    const key = `${hart}.${register}`;
    if (this.#registers.has(key)) return this.#registers.get(key);
    const registers = this.#registers;
    return this.#answer({ do: "register", hart, register }, patience).then((answer) => {
      const value = answer?.hex === undefined ? undefined : registerOf(answer.hex);
      if (answer) registers.set(key, value);
      return value;
    });
  }

  writeRegister() {
    return refusal;
  }

  readMemory(hart: number, address: bigint, bytes: number): Promise<Uint8Array> {
    return this.#memory.read(hart, address, bytes);
  }

  writeMemory() {
    return refusal;
  }

  get watchpoints(): readonly Watchpoint[] {
    return this.#watchpoints;
  }

  setBreakpoints(addresses: ReadonlySet<bigint>): void {
    this.#breakpoints = addresses;
  }

  setWatchpoints(watchpoints: readonly Watchpoint[]): void {
    this.#watchpoints = watchpoints;
  }

  pause(): void {
    if (this.#wish.kind === "stand") return;
    this.#isPausing = true;
    this.#link.ask({ do: "stop" });
  }

  resume(): void {
    this.#want({ kind: "run" });
  }

  /** Its harts have their turns as they would without a debugger. */
  resumeAlone(): void {
    this.resume();
  }

  step(hart: number): void {
    this.#want({ kind: "step", hart });
  }

  async monitor(line: string): Promise<string> {
    const answer = await this.#answer({ do: "monitor", line }, monitorPatience);
    return answer?.text ?? `${answer?.problem ?? "the run's worker does not answer"}\n`;
  }

  leave(): void {
    if (this.#isOver) return;
    this.#link.ask({ do: "detach" });
    this.over("gdb has left; the run goes on");
  }

  /** A grade is not for gdb to end: `trapline` cancels runs otherwise. */
  quit(): void {
    this.leave();
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** As they are told. */
  get #points(): string {
    const points: DebugPoints = {
      breakpoints: [...this.#breakpoints].map((address) => address.toString(16)),
      watchpoints: this.#watchpoints.map(({ kind, address, bytes }) => {
        return { kind, address: address.toString(16), bytes };
      }),
    };
    return JSON.stringify(points);
  }

  #note(status: DebugStatus, { worker, epoch }: DebugReport): void {
    if (epoch !== this.#epoch) {
      // Whoever has the run now may know other points.
      this.#toldPoints = "";
      this.#epoch = epoch;
    }
    this.#status = status;
    this.#where = worker;
    const { stop, at } = status;
    const isNew = stop !== undefined && stop.id !== this.#lastStop;
    if (stop === undefined || isNew) {
      this.#registers = new Map();
      this.#memory.forget();
    }
    this.#stop = stop;
    this.#lastStop = stop?.id ?? this.#lastStop;
    if (stop && isNew) this.#noteStop(stop, at);
    // Where it has gone back gdb has to hear of it, when it stops.
    else if (at > this.#seenAt) this.#seenAt = at;
  }

  #noteStop({ why }: Stop, at: number): void {
    const lost = this.#seenAt - at;
    const alone = at - (this.#stoodAt ?? at);
    this.#seenAt = at;
    this.#stoodAt = at;
    if (lost > 0) this.#goneBack(at, lost);
    else if (alone > 0) this.#hasGoneOn(alone);
    else if (why.kind === "held" && this.#isKnown) this.#do();
    else this.#stands();
    this.#isKnown = true;
    this.#ready.resolve();
  }

  /** The guest is where it was some time ago: its worker is lost, or its last steps are. */
  #goneBack(at: number, lost: number): void {
    const [place, less] = [at, lost].map((count) => count.toLocaleString("en"));
    const words = `The run goes on on ${this.#where} from its last checkpoint, at ${place} instructions: ${less} before what was seen last. Breakpoints are as they were.\n`;
    if (this.#wish.kind === "stand") this.#news = words;
    else {
      this.#tell(words);
      this.#stands();
    }
  }

  /** Its worker has not heard of this debugger for a while. */
  #hasGoneOn(instructions: number): void {
    this.#news = `The run went on without its debugger: ${instructions.toLocaleString("en")} instructions.\n`;
  }

  #stands(): void {
    if (this.#wish.kind === "stand" || !this.#stop) return;
    const { why, hart } = this.#stop;
    this.#wish = { kind: "stand" };
    this.#isPausing = false;
    for (const listener of this.#listeners) listener.onPause(pauseReasonOf(why, hart));
  }

  #tell(words: string): void {
    for (const listener of this.#listeners) listener.onWords(words);
  }

  #want(wish: Wish): void {
    this.#wish = wish;
    this.#stoodAt = undefined;
    const news = this.#news;
    this.#news = undefined;
    if (news === undefined) this.#do();
    else {
      // gdb does not know yet where the guest is.
      this.#tell(news);
      this.#stands();
    }
  }

  /** Asks for what is wished; once more where nobody may have heard it. */
  #do(): void {
    const stop = this.#stop?.id;
    if (stop === undefined || this.#wish.kind === "stand") return;
    const points = this.#points;
    const others = points === this.#toldPoints ? {} : { points: JSON.parse(points) };
    this.#toldPoints = points;
    if (this.#wish.kind === "run") this.#link.ask({ do: "go", stop, ...others });
    else this.#link.ask({ do: "step", stop, hart: this.#wish.hart, ...others });
  }

  #look(): void {
    const now = this.#now();
    if (this.#looks >= looksUntilAttach) this.attach();
    const isAwaited = this.#isPausing || (this.#wish.kind !== "stand" && this.#stop !== undefined);
    // It has not even begun to go on.
    if (this.#isPausing && this.#stop) this.#stands();
    else if (this.#isPausing) this.#link.ask({ do: "stop" });
    else if (isAwaited) {
      this.#toldPoints = "";
      this.#do();
    }
    const isDue = now - this.#lookedAt >= debuggerInterval || !this.#status;
    if (!isDue && !isAwaited && this.#looks === 0) return;
    this.#lookedAt = now;
    this.#looks += 1;
    this.#link.ask({ do: "look" });
  }

  async #read(hart: number, address: bigint, bytes: number): Promise<Uint8Array | undefined> {
    const ask = { do: "memory", hart, address: address.toString(16), bytes } as const;
    const answer = await this.#answer(ask, patience);
    return answer?.hex === undefined ? undefined : bytesOf(answer.hex);
  }

  /** Asked once more on the way: a move may have swallowed it. */
  async #answer(ask: DebugAsk, within: number): Promise<DebugAnswer | undefined> {
    const [first, second] = [within / 4, within - within / 4];
    return (
      (await this.#await(this.#link.ask(ask), first)) ??
      (await this.#await(this.#link.ask(ask), second))
    );
  }

  /** @returns undefined where there is none in time */
  #await(n: number, within: number): Promise<DebugAnswer | undefined> {
    const { promise, resolve } = Promise.withResolvers<DebugAnswer | undefined>();
    const late = setTimeout(() => resolve(undefined), within);
    this.#answers.set(n, resolve);
    return promise.finally(() => {
      clearTimeout(late);
      this.#answers.delete(n);
    });
  }
}
