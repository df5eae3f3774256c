import { RunOver } from "./checkpoint/run-over.ts";
import type { DebugCommand, DebugMessage } from "./thread/debug-protocol.ts";
import type { FoundTemplate } from "./thread/found-template.ts";
import type { MoveCommand, MoveMessage } from "./thread/move-protocol.ts";
import { PageAnswer } from "./thread/page-answer.ts";
import type { PcpuPool, PooledRun } from "./thread/pcpu-pool.ts";
import {
  type BootImages,
  type RunCheckpoint,
  type RunMessage,
  type RunReport,
  type SavedFrames,
  type SomePages,
  type TemplateKey,
  type TemplateMade,
  type ThreadStart,
  threadControl,
} from "./thread/thread-protocol.ts";

/** A run that is not the guest's failure: it is worth another try. */
export class MonitorFault extends Error {
  override readonly name = "MonitorFault";
}

/** There is nothing in what was saved that the run could go on from. */
export class UnusableCheckpoint extends Error {
  override readonly name = "UnusableCheckpoint";
  /** Pages of it did not come, after it had begun. */
  readonly lacksPages: boolean;

  constructor(message: string, lacksPages = false) {
    super(message);
    this.lacksPages = lacksPages;
  }
}

/** The run's translated code has failed, and its machine with it: without translation it comes to its end. */
export class TranslationTrapped extends Error {
  override readonly name = "TranslationTrapped";
}

/** The run stands in its last checkpoint, as was asked for, and is nobody's now. */
export class HandedOver extends Error {
  override readonly name = "HandedOver";
}

/** A machine whose frames can be read. */
export interface ReadableFrames extends SavedFrames {
  /**
   * The content of a frame.
   *
   * @throws Error when the run has gone on without its checkpoint: the frame holds something else
   */
  read(frame: number): Uint8Array;
}

export type ReadableCheckpoint = RunCheckpoint & ReadableFrames;

/** Where the pages are that a run which goes on from its checkpoint begins without. */
export interface PageSupply {
  /** In parts; ends with nothing where the others cannot be had. */
  rest(): AsyncIterable<SomePages | undefined>;
  /** @returns one of them; undefined where it cannot be had */
  page(page: number): Promise<Uint8Array | undefined>;
  /** Whether some are lost or damaged, and not only out of reach now. */
  readonly isGone: boolean;
}

/** Where templates are kept. A failure costs time, and is nothing that the run needs to know of. */
export interface TemplateKeeper {
  /** @returns undefined where there is none that can be used */
  find(key: TemplateKey): Promise<FoundTemplate | undefined>;
  /** @returns one of the pages that were left out; undefined where it cannot be had */
  page(key: TemplateKey, page: number): Promise<Uint8Array | undefined>;
  /** Keeps one that was made. */
  keep(key: TemplateKey, template: ReadableFrames): Promise<void>;
}

/** What was reported before the run that goes on was saved. */
export interface FormerReports {
  readonly steps: RunReport["steps"];
  readonly instructions: number;
  readonly consoleBytes: number;
  readonly fromTemplate?: number | undefined;
  readonly withoutTranslation?: true | undefined;
}

/** The run goes on on another worker. */
export class Departed extends Error {
  override readonly name = "Departed";
}

/** The run did not come here; or it did, and pages of it are lost. */
export class NotArrived extends Error {
  override readonly name = "NotArrived";
  readonly isLost: boolean;

  constructor(isLost: boolean, message: string) {
    super(message);
    this.isLost = isLost;
  }
}
/** What a run says that is not for `runGuest` itself. */
type HeardMessage = Extract<
  RunMessage,
  {
    type:
      | "console"
      | "step"
      | "progress"
      | "exits"
      | "profile"
      | "from-template"
      | "template-unusable";
  }
>;

export interface GuestRun {
  readonly start: Omit<ThreadStart, "control">;
  readonly former?: FormerReports;
  /** The pages that `start.resume` leaves out. */
  readonly later?: PageSupply;
  /** Cuts the run off at once; `runGuest` then throws the signal's reason. */
  readonly signal: AbortSignal;
  /** Asks the run for a last checkpoint; `runGuest` then throws `HandedOver`. */
  readonly handOver?: AbortSignal;
  /** The images that `start` lacks. */
  images?(): Promise<BootImages>;
  readonly templates?: TemplateKeeper;
  onMessage(message: HeardMessage): void;
  /** The run has been given to a thread: this is how it hears of its move, and of its debugger. */
  onStart?(send: (command: MoveCommand) => void, debug: (command: DebugCommand) => void): void;
  /** For its debugger. */
  onDebug?(message: DebugMessage): void;
  /** About its move; before it ends, where that ends the run here. */
  onMove?(message: MoveMessage): void;
  /** Translations that the run leaves behind, where it was asked for them. */
  onCode?(code: Uint8Array): void;
  /** Keeps a checkpoint. @returns whether it is kept; the guest's next one waits for the answer */
  onCheckpoint?(checkpoint: ReadableCheckpoint): Promise<boolean>;
}

/**
 * Runs a guest on one of the pool's threads, among others.
 *
 * @throws MonitorFault when the thread dies or the monitor reports a fault of its own
 * @throws TranslationTrapped when the run is to be done again with `withoutTranslation`
 */
export async function runGuest(
  pool: Pick<PcpuPool, "start" | "copyFrame">,
  run: GuestRun,
): Promise<RunReport> {
  run.signal.throwIfAborted();
  const control = new SharedArrayBuffer(4);
  new Int32Array(control)[0] = threadControl.goOn;
  let { instructions, consoleBytes } = run.former ?? { instructions: 0, consoleBytes: 0 };
  let fromTemplate = run.former?.fromTemplate;
  let withoutTranslation = run.start.withoutTranslation || run.former?.withoutTranslation;
  const decided: RunReport["steps"][number][] = [...(run.former?.steps ?? [])];
  const { promise, resolve, reject } = Promise.withResolvers<RunReport>();
  let isOver = false;
  let pooled: PooledRun | undefined;

  /** From now on no frame is read. */
  const end = (then: () => void) => {
    isOver = true;
    pooled?.release(false);
    then();
  };
  const keep = async (checkpoint: RunCheckpoint) => {
    const read = (frame: number) => {
      if (isOver) throw new RunOver();
      return pool.copyFrame(frame);
    };
    const isKept = (await run.onCheckpoint?.({ ...checkpoint, read })) ?? false;
    if (!isOver) pooled?.release(isKept);
  };
  const move = (message: MoveMessage) => {
    if (message.type === "arrived") {
      const { script, consoleBytes: bytes } = message.driver;
      decided.push(...script.reports);
      consoleBytes = bytes;
      fromTemplate = message.driver.fromTemplate;
      withoutTranslation = message.driver.withoutTranslation;
      instructions = message.instructions;
    } else if (message.type === "departed") {
      end(() => reject(new Departed(message.problem ?? "it goes on on another worker")));
    } else if (message.type === "failed") {
      end(() => reject(new NotArrived(message.isLost, message.problem)));
    }
  };
  const answer = async (key: TemplateKey) => {
    const asker = pooled;
    const find = async () => run.templates?.find(key);
    const found = await asker?.giveTemplate(key, find);
    // The run may be over by then, the template is not.
    for await (const more of found?.rest ?? []) {
      if (!asker?.hasThread) return;
      asker.supply({ key }, more);
    }
  };
  const givePage = async (key: TemplateKey | undefined, page: number, answer: PageAnswer) => {
    const found = key === undefined ? run.later?.page(page) : run.templates?.page(key, page);
    answer.give(await found);
  };
  const giveRest = async () => {
    for await (const more of run.later?.rest() ?? []) {
      if (isOver) return;
      pooled?.supply("run", more);
    }
  };
  const giveImages = async () => {
    if (!run.images) throw new MonitorFault("the run lacks its images, and there are none");
    pooled?.giveImages(await run.images());
  };
  const keepTemplate = async ({ key, ...template }: TemplateMade) => {
    const maker = pooled;
    if (!maker?.hasThread) return;
    const read = (frame: number) => {
      // The template stays when the run is over, but not when its thread is.
      if (!maker.hasThread) throw new Error("the thread that has the template has ended");
      return pool.copyFrame(frame);
    };
    await run.templates?.keep(key, { ...template, read });
    maker.templateWasRead(key);
  };
  const receive = (message: RunMessage) => {
    switch (message.type) {
      case "end":
        return end(() => resolve(message.report));
      case "fault":
        return end(() => reject(new MonitorFault(message.message, { cause: message.stack })));
      case "translation-trap":
        return end(() => reject(new TranslationTrapped(message.message)));
      case "handed-over":
        return end(() => reject(new HandedOver("it goes to another worker")));
      case "unusable":
        return end(() => reject(new UnusableCheckpoint(message.message, message.lacksPages)));
      case "move":
        run.onMove?.(message.message);
        return move(message.message);
      case "debug":
        return run.onDebug?.(message.message);
      case "checkpoint":
        return void keep(message).catch(reject);
      case "template-wanted":
        return void answer(message.key).catch(reject);
      case "pages-wanted":
        return void giveRest().catch(reject);
      case "page-wanted":
        return void givePage(message.key, message.page, new PageAnswer(message.answer));
      case "images-wanted":
        return void giveImages().catch(reject);
      case "template-made":
        return void keepTemplate(message);
      case "template-kept":
        return;
      case "code":
        return run.onCode?.(message.bytes);
      case "console":
        consoleBytes += message.bytes.length;
        return run.onMessage(message);
      case "step":
        decided[message.index] = message.report;
        return run.onMessage(message);
      case "progress":
        instructions = message.instructions;
        return run.onMessage(message);
      case "from-template":
        fromTemplate = message.instructions;
        return run.onMessage(message);
      case "exits":
      case "profile":
      case "template-unusable":
        return run.onMessage(message);
    }
  };

  pooled = pool.start(
    { ...run.start, control },
    {
      onMessage: receive,
      onOvertime: () => end(() => resolve(whatIsKnown())),
      onDeath: (reason) => end(() => reject(new MonitorFault(reason))),
    },
  );
  run.onStart?.(
    (command) => pooled?.move(command),
    (command) => pooled?.debug(command),
  );
  const abort = () => {
    isOver = true;
    pooled?.drop();
    reject(run.signal.reason);
  };
  const leave = () => {
    // One that had not begun has nothing to hand over.
    if (pooled?.handOver() === false) reject(new HandedOver("it goes to another worker"));
  };
  // The signals may outlive the run.
  run.signal.addEventListener("abort", abort);
  run.handOver?.addEventListener("abort", leave);
  if (run.handOver?.aborted) leave();
  try {
    return await promise;
  } finally {
    run.signal.removeEventListener("abort", abort);
    run.handOver?.removeEventListener("abort", leave);
  }

  /** The report of a run that does not even read its control word. */
  function whatIsKnown(): RunReport {
    const open = decided.length;
    return {
      end: { kind: "wall-clock" },
      steps: run.start.steps.map(
        (step, index) =>
          decided[index] ?? {
            state: index === open ? "failed" : "not-reached",
            waitedFor: step.kind,
            sentence:
              index === open
                ? "The run took too long on the grading machine and was ended here."
                : "Not reached: an earlier step did not succeed.",
          },
      ),
      instructions,
      exits: {},
      consoleBytes,
      recentOutput: "",
      ...(fromTemplate !== undefined && { fromTemplate }),
      ...(withoutTranslation && { withoutTranslation }),
    };
  }
}
