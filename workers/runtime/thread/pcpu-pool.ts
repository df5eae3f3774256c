/**
 * The pCPU threads of a worker, and the runs on them. Threads are made when they are needed and stay;
 * all have one machine memory. A run goes to the thread that has the fewest. One that the memory has
 * no room for waits, in order: what is promised to a guest its neighbours cannot take.
 *
 *     const pool = new PcpuPool({ compiler, spawn, threads: 2 });
 *     const run = pool.start(start, events);       // `start.control` stops it
 *     run.drop();                                  // nothing is heard of it any more
 *     await pool.close();
 *
 * A thread that dies, or that a run holds for too long, takes its runs with it and nobody else's; what
 * it had of the memory is taken back when it is certain that it has ended.
 */
import { MemoryKeeper, type MemoryNeed } from "../../vmm/keeper.ts";
import type { Milliseconds, TranslationProblem, WasmCompiler } from "../../vmm/mod.ts";
import { imageBuffers } from "../image-buffers.ts";
import type { LastingTranslation } from "../translation/lasting-translation.ts";
import type { DebugCommand } from "./debug-protocol.ts";
import type { FoundTemplate } from "./found-template.ts";
import type { MoveCommand } from "./move-protocol.ts";
import { PageAnswer } from "./page-answer.ts";
import type { SpawnPcpuThread } from "./pcpu-thread.ts";
import { PooledThread, type RunEvents, type ThreadRun } from "./pooled-thread.ts";
import { Room } from "./room.ts";
import { TemplateLoans } from "./template-loans.ts";
import { TemplateRoom } from "./template-room.ts";
import {
  type BootImages,
  type RunMessage,
  type RunNumber,
  type SomePages,
  type TemplateKey,
  type ThreadMessage,
  type ThreadStart,
  threadControl,
} from "./thread-protocol.ts";
import { ThreadStatus } from "./thread-status.ts";

export interface PcpuPoolOptions {
  readonly compiler: WasmCompiler;
  readonly spawn: SpawnPcpuThread;
  /** Most threads, at most 31. */
  readonly threads: number;
  /** Of the machine memory; 4 GiB, as address space, where it is not said. */
  readonly memoryBytes?: number;
  /** Most templates that a thread keeps, beside its runs; 4 where it is not said. */
  readonly templates?: number;
  /** What a run has that does not see that its time is over: a device or a pattern may hold it. */
  readonly grace?: Milliseconds;
  /** Translates for all threads; each does so itself where it is not said. */
  readonly translation?: Pick<LastingTranslation, "connect" | "forget"> | undefined;
  /** Some code cannot be translated, and stays interpreted. */
  onTranslationProblem?(problem: TranslationProblem): void;
  /** A thread does not end, and its part of the memory is lost: time for another process. */
  onLost?(reason: string): void;
}

export interface PooledRun {
  /** Stops the run; no event comes any more, and nobody may read its checkpoint any more. */
  drop(): void;
  /** Nobody reads the run's checkpoint any more; it is kept, so that the next one may build upon it. */
  release(isKept: boolean): void;
  /** Says something about the run's move. */
  move(command: MoveCommand): void;
  /** Says something of the run's debugger. */
  debug(command: DebugCommand): void;
  /** Asks for a last checkpoint. @returns false where the run waits for memory: it is dropped then */
  handOver(): boolean;
  /** Gives the images that the run has asked for. */
  giveImages(images: BootImages): void;
  /**
   * Gives the run's thread the template that it has asked for: of another thread that has it, or as it
   * is found in the store.
   *
   * @returns what was found, where pages of it are to follow
   */
  giveTemplate(
    key: TemplateKey,
    find: () => Promise<FoundTemplate | undefined>,
  ): Promise<FoundTemplate | undefined>;
  /**
   * Sends pages that were left out, of a template or of the checkpoint that the run goes on from;
   * nothing where the rest cannot be had.
   */
  supply(of: { readonly key: TemplateKey } | "run", more: SomePages | undefined): void;
  /** Nobody reads the frames of the template that the run has made. */
  templateWasRead(key: TemplateKey): void;
  /** Whether its thread is there: then frames of a template are what they were. */
  readonly hasThread: boolean;
}

type KeptTemplate = Extract<RunMessage, { type: "template-kept" }>;

/** How often threads are looked at. */
const watchInterval: Milliseconds = 250;
const usualGrace: Milliseconds = 3000;
const usualTemplates = 4;
/** So many times the grace a thread may take to end. */
const gracesToEnd = 10;

export class PcpuPool {
  readonly #options: PcpuPoolOptions;
  readonly #keeper: MemoryKeeper;
  readonly #room: Room;
  readonly #templates: TemplateRoom;
  readonly #loans = new TemplateLoans<PooledThread>();
  readonly #grace: Milliseconds;
  readonly #threads: (PooledThread | undefined)[];
  /** Numbers of threads that are gone but may still use the memory. */
  readonly #ending = new Map<number, Promise<void>>();
  readonly #needs = new Map<RunNumber, MemoryNeed>();
  readonly #threadOf = new Map<RunNumber, PooledThread>();
  /** Templates of which some thread is about to be told what there is. */
  readonly #answering = new Map<TemplateKey, Promise<void>>();
  /** Templates for which a thread has waited on another one in vain. */
  readonly #hasWaited = new Set<TemplateKey>();
  #waiting: ThreadRun[] = [];
  #runs: RunNumber = 0;
  #watch: ReturnType<typeof setInterval> | undefined;

  constructor(options: PcpuPoolOptions) {
    const { compiler, threads, memoryBytes } = options;
    this.#options = options;
    this.#grace = options.grace ?? usualGrace;
    this.#keeper = new MemoryKeeper({
      compiler,
      pcpus: threads,
      ...(memoryBytes !== undefined && { memoryBytes }),
    });
    this.#room = new Room(this.#keeper.room);
    this.#templates = new TemplateRoom(this.#room, options.templates ?? usualTemplates);
    this.#threads = Array.from({ length: threads });
  }

  /** What all guests together have of the machine memory. */
  get memoryInUse(): MemoryNeed {
    return this.#keeper.inUse;
  }

  /** Runs on each thread that there is. */
  get loads(): readonly number[] {
    return this.#threads.flatMap((thread) => (thread ? [thread.load] : []));
  }

  start(start: ThreadStart, events: RunEvents): PooledRun {
    this.#runs += 1;
    let isHeard = true;
    const release = (isKept: boolean) =>
      this.#threadOf.get(run.number)?.release(run.number, isKept);
    const run: ThreadRun = {
      number: this.#runs,
      start,
      events: {
        onMessage: (message) => {
          if (isHeard) events.onMessage(message);
          else if (message.type === "checkpoint") release(false);
          // It stands still, and others with it.
          else if (message.type === "page-wanted") {
            new PageAnswer(message.answer).give(undefined);
          }
        },
        onOvertime: () => isHeard && events.onOvertime(),
        onDeath: (reason) => isHeard && events.onDeath(reason),
      },
    };
    this.#waiting.push(run);
    this.#place();
    const isThere = (thread: PooledThread) => this.#threads[thread.pcpu] === thread;
    /** Also when the run is over: its template is not. */
    let thread: PooledThread | undefined;
    const threadOfRun = () => {
      thread ??= this.#threadOf.get(run.number);
      return thread && isThere(thread) ? thread : undefined;
    };
    const tell = (word: number) => Atomics.store(new Int32Array(start.control), 0, word);
    const leave = () => {
      const isWaiting = this.#waiting.includes(run);
      this.#waiting = this.#waiting.filter((other) => other !== run);
      return isWaiting;
    };
    return {
      drop: () => {
        isHeard = false;
        tell(threadControl.stop);
        leave();
        release(false);
      },
      release,
      move: (command) => this.#threadOf.get(run.number)?.move(run.number, command),
      debug: (command) => this.#threadOf.get(run.number)?.debug(run.number, command),
      handOver: () => {
        tell(threadControl.handOver);
        // One that stands still for its debugger has no turn in which it would see that.
        this.#threadOf.get(run.number)?.debug(run.number, "look");
        return !leave();
      },
      giveImages: (images) => {
        const transfer = imageBuffers({ ...start.config.boot, ...images });
        threadOfRun()?.post({ type: "images", run: run.number, images }, transfer);
      },
      giveTemplate: (key, find) => this.#giveTemplate(key, threadOfRun, find),
      supply: (whose, more) => {
        const of = whose === "run" ? { run: run.number } : whose;
        const command = more
          ? ({ type: "pages", of, ...more } as const)
          : ({ type: "pages-lost", of } as const);
        const transfer = more ? [more.content.buffer] : [];
        threadOfRun()?.post(command, transfer);
      },
      templateWasRead: (key) => threadOfRun()?.post({ type: "template-read", key }),
      get hasThread() {
        return threadOfRun() !== undefined;
      },
    };
  }

  /** One after the other, so that threads which ask at once do not all make it. */
  async #giveTemplate(
    key: TemplateKey,
    asker: () => PooledThread | undefined,
    find: () => Promise<FoundTemplate | undefined>,
  ): Promise<FoundTemplate | undefined> {
    const before = this.#answering.get(key);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#answering.set(key, promise);
    await before;
    try {
      if (await this.#borrow(key, asker)) return undefined;
      const found = await find();
      const buffer = found?.saved.content.buffer;
      const transfer = buffer instanceof ArrayBuffer ? [buffer] : [];
      asker()?.post({ type: "template", key, saved: found?.saved }, transfer);
      return found;
    } finally {
      resolve();
      if (this.#answering.get(key) === promise) this.#answering.delete(key);
    }
  }

  async #borrow(key: TemplateKey, asker: () => PooledThread | undefined): Promise<boolean> {
    const thread = asker();
    for (const lender of thread ? this.#templates.lenders(thread, key) : []) {
      // Either may have ended since.
      if (!thread || asker() !== thread || this.#threads[lender.pcpu] !== lender) continue;
      const isPatient = !this.#hasWaited.has(key);
      const outcome = await this.#loans.borrow(key, lender, thread, isPatient);
      // A boot that fails, fails each run of its assignment: they do not wait for each other.
      if (outcome === "in vain") this.#hasWaited.add(key);
      if (outcome !== "taken") continue;
      this.#hasWaited.delete(key);
      return true;
    }
    return false;
  }

  /** What a frame holds that a checkpoint names which is not released yet. */
  copyFrame(frame: number): Uint8Array<ArrayBuffer> {
    return this.#keeper.copyFrame(frame);
  }

  /** Ends all threads, and the runs that there are with them. */
  async close(): Promise<void> {
    clearInterval(this.#watch);
    this.#waiting = [];
    const ends = this.#threads.map(
      (thread) => thread && this.#retire(thread, "the pool is closed"),
    );
    await Promise.all([...ends, ...this.#ending.values()]);
  }

  /** As `close`, but waits for no thread: this process is about to end. */
  abandon(): void {
    clearInterval(this.#watch);
    for (const thread of this.#threads) thread?.abandon();
  }

  /** Starts what waits, as far as there is room for it. */
  #place(): void {
    for (;;) {
      const [run] = this.#waiting;
      const thread = run && this.#leastLoaded(run.start.template?.key ?? run.start.kin);
      if (!thread) return;
      const { config, limits, checkpointEvery, standsForCheckpoints, template } = run.start;
      // While a checkpoint is read a guest that runs may have to copy each page that it has.
      const copies = checkpointEvery === undefined || standsForCheckpoints ? 1 : 2;
      const need = this.#keeper.needOf(config, limits.memoryBytes * copies);
      if (!this.#room.take(need)) {
        this.#templates.makeRoom(template?.key);
        return;
      }
      const own = this.#keeper.needOf(config, limits.memoryBytes);
      const share = template && this.#templates.begin(thread, template.key, own);
      if (share === "later") {
        this.#room.giveBack(need);
        return;
      }
      this.#needs.set(run.number, need);
      this.#waiting.shift();
      this.#threadOf.set(run.number, thread);
      const { template: _, ...alone } = run.start;
      thread.start(share === "never" ? { ...run, start: alone } : run);
      this.#watch ??= setInterval(() => this.#look(), watchInterval);
    }
  }

  /**
   * A thread without a run, a new one, or the one with the fewest; none while all are ending. Of those
   * that have as few, one that has the run's template.
   */
  #leastLoaded(template?: TemplateKey): PooledThread | undefined {
    const threads = this.#threads.filter((thread) => thread !== undefined);
    const lacks = (thread: PooledThread) =>
      template !== undefined && this.#templates.has(thread, template) ? 0 : 1;
    const least = threads.toSorted((a, b) => a.load - b.load || lacks(a) - lacks(b))[0];
    if (least?.load === 0) return least;
    const free = this.#threads.findIndex(
      (thread, pcpu) => thread === undefined && !this.#ending.has(pcpu),
    );
    return free >= 0 ? this.#open(free) : least;
  }

  #open(pcpu: number): PooledThread {
    const status = new ThreadStatus();
    const thread = this.#options.spawn({
      status,
      onMessage: (message) => this.#receive(pooled, message),
      onDeath: (reason) => void this.#retire(pooled, reason),
    });
    const pooled = new PooledThread(pcpu, status, thread);
    this.#threads[pcpu] = pooled;
    const memory = this.#keeper.share(pcpu);
    const { translation } = this.#options;
    const isTranslatedFor = translation !== undefined;
    thread.post({ type: "open", memory, status: status.shared, isTranslatedFor });
    translation?.connect(pcpu, (port) => {
      thread.post({ type: "translation", port }, port ? [port] : []);
    });
    return pooled;
  }

  #receive(thread: PooledThread, message: ThreadMessage): void {
    if ("forgotten" in message) {
      this.#templates.forgotten(thread, message.forgotten);
      this.#place();
      return;
    }
    if ("lent" in message) {
      this.#loans.lent(thread, message.lent, message.template, message.hasWaited);
      return;
    }
    if ("problem" in message) {
      this.#options.onTranslationProblem?.(message.problem);
      return;
    }
    if ("taken" in message) {
      this.#loans.taken(message.taken);
      return;
    }
    if (message.message.type === "template-kept") this.#keep(thread, message.message);
    const ended = thread.receive(message.run, message.message);
    if (ended) this.#forget(ended);
  }

  #keep(thread: PooledThread, { key, frames, loan }: KeptTemplate): void {
    const lender = loan === undefined ? undefined : this.#loans.settle(loan);
    if (lender) this.#templates.share(thread, key, frames, lender);
    else this.#templates.shrink(thread, key, frames);
    // What it was promised beyond that others may wait for.
    this.#place();
  }

  /** What it needed others may have now. */
  #forget(run: ThreadRun): void {
    const need = this.#needs.get(run.number);
    if (need) this.#room.giveBack(need);
    const thread = this.#threadOf.get(run.number);
    if (thread && run.start.template) this.#templates.end(thread, run.start.template.key);
    this.#needs.delete(run.number);
    this.#threadOf.delete(run.number);
    if (this.#needs.size === 0) {
      clearInterval(this.#watch);
      this.#watch = undefined;
    }
    this.#place();
  }

  /** Ends the threads that a run holds for too long. */
  #look(): void {
    const now = performance.now();
    for (const thread of this.#threads) {
      const run = thread?.overdue(now, this.#grace);
      if (!thread || !run) continue;
      run.events.onOvertime();
      void this.#retire(thread, "another run held the thread for too long, and it was ended", run);
    }
  }

  /**
   * The thread's number, and the room of its runs, are free only when it has certainly ended.
   *
   * @param known a run that has heard already
   */
  async #retire(thread: PooledThread, reason: string, known?: ThreadRun): Promise<void> {
    const { pcpu, runs } = thread;
    if (this.#threads[pcpu] !== thread) return;
    this.#threads[pcpu] = undefined;
    this.#options.translation?.forget(pcpu);
    const isLost = () => this.#options.onLost?.("a pCPU thread that was told to end does not");
    const late = setTimeout(isLost, gracesToEnd * this.#grace);
    const lendsNothing = this.#loans.leave(thread);
    const end = thread.end().then(async () => {
      clearTimeout(late);
      this.#loans.ended(thread);
      await lendsNothing;
      this.#keeper.reclaim(pcpu);
      this.#ending.delete(pcpu);
      this.#templates.ended(thread);
      for (const run of runs) this.#forget(run);
      this.#place();
    });
    this.#ending.set(pcpu, end);
    for (const run of runs) if (run.number !== known?.number) run.events.onDeath(reason);
    await end;
  }
}
