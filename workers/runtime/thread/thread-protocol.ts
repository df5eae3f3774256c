import type { RunEnd } from "../../../shared/schema/run-end.ts";
import type {
  ConsoleStep,
  ConsoleStepReport,
  Instructions,
  MachineConfig,
  MemoryShare,
  Milliseconds,
  TranslationProblem,
} from "../../vmm/mod.ts";
import type { FunctionSymbol } from "../profile/symbol-table.ts";
import type { TranslationPort } from "../translation/translation-port.ts";
import type { DebugCommand, DebugMessage, DebugStart } from "./debug-protocol.ts";
import type { ArrivalOptions, MoveCommand, MoveMessage } from "./move-protocol.ts";
import type { RunAccount } from "./run-ledger.ts";

/**
 * What the worker's main thread and a pCPU thread say to each other. Closed: nothing else crosses.
 *
 *   main → thread   open           once, first
 *                   translation    where others translate: at once, and when it is another thread
 *                   start          a guest, by the number of its run; any number of them
 *                   release        a run's checkpoint was read, or will not be
 *                   move           about a run that moves to another worker or from one
 *                   debug          of the run's debugger
 *                   images         answers `images-wanted`
 *                   template       answers `template-wanted`; if it lacks pages, pages follow until
 *                                  all are there, or pages-lost
 *                   lend           a template, to another thread; loan-over when that has it
 *                   pages          of a template, or of a run that said `pages-wanted`
 *                   template-read  a template's frames were read, or will not be
 *                   forget         a template is not wanted any more; the answer is `forgotten`
 *                   close          the thread is to end; it says so in its status
 *                   control word   of each run: `goOn`, `stop`, `handOver`, seen at its guest's next turn
 *   thread → main   by run: console*, step*, progress*, exits*, checkpoint*, move*, debug* in any order, then end (with
 *                   code before it, where it was asked for), handed-over, translation-trap, fault or the end of a move,
 *                   once; of a run with a template before that: template-wanted, images-wanted, template-made,
 *                   from-template;
 *                   of one that goes on from a checkpoint: pages-wanted
 *
 * A checkpoint names frames of the machine memory, which stay as they are until it is released. The
 * guest goes on meanwhile, but for its next checkpoint waits for the release of the one before.
 *
 * A thread reads messages between two slices of guests. What has to be known of a thread that reads
 * none stands in its status, which both can see at any time.
 */
export type ThreadCommand =
  | {
      readonly type: "open";
      readonly memory: MemoryShare;
      readonly status: SharedArrayBuffer;
      /** Whether another thread translates for all of them; where it does not each does so itself. */
      readonly isTranslatedFor: boolean;
    }
  /** To the thread that translates; where there is none any more nobody does. */
  | { readonly type: "translation"; readonly port: TranslationPort | undefined }
  | { readonly type: "start"; readonly run: RunNumber; readonly start: ThreadStart }
  | { readonly type: "release"; readonly run: RunNumber; readonly isKept: boolean }
  | { readonly type: "move"; readonly run: RunNumber; readonly command: MoveCommand }
  | { readonly type: "debug"; readonly run: RunNumber; readonly command: DebugCommand }
  | {
      readonly type: "template";
      readonly key: TemplateKey;
      /** Where there is none whoever has asked makes one. */
      readonly saved: SavedRun | undefined;
      /** In place of what was saved: what another thread lends. */
      readonly offered?: OfferedTemplate & { readonly loan: LoanNumber };
    }
  /** Another thread wants the template's frames: the answer is `lent`. See `TemplateLoans`. */
  | {
      readonly type: "lend";
      readonly key: TemplateKey;
      readonly loan: LoanNumber;
      /** It may answer when it has it, where that is what it is about. */
      readonly isPatient: boolean;
    }
  | { readonly type: "loan-over"; readonly loan: LoanNumber }
  /** Pages that the `SavedRun` left out, and their content, one behind the other. */
  | {
      readonly type: "pages";
      readonly of: PagesOf;
      readonly pages: Uint32Array;
      readonly content: Uint8Array;
    }
  /** The rest of them cannot be had. */
  | { readonly type: "pages-lost"; readonly of: PagesOf }
  | { readonly type: "template-read"; readonly key: TemplateKey }
  | { readonly type: "images"; readonly run: RunNumber; readonly images: BootImages }
  | { readonly type: "forget"; readonly key: TemplateKey }
  | { readonly type: "close" };

/** Chosen by the main thread, never used twice. */
export type RunNumber = number;

/** Chosen by the main thread, never used twice. */
export type LoanNumber = number;

/** A template as one thread gives it to another: the frames stay as they are until the loan is over. */
export interface OfferedTemplate {
  /** Page numbers, ascending, and the frame of each. */
  readonly pages: Uint32Array;
  readonly frames: Uint32Array;
  readonly sections: ReadonlyMap<string, Uint8Array>;
}

/** Says all that decides what a template is: SHA-256 in hexadecimal. */
export type TemplateKey = string;

/** What pages are of that come later: a template, or the checkpoint that a run goes on from. */
export type PagesOf = { readonly key: TemplateKey } | { readonly run: RunNumber };

/** How a run has part in a template. */
export interface TemplateUse {
  readonly key: TemplateKey;
  /** Number of the first step that is the run's own. */
  readonly pauseBefore: number;
  /** Disks with what was handed in, which the template must not have touched. */
  readonly handedIn: readonly string[];
}

export interface ThreadStart {
  readonly control: SharedArrayBuffer;
  /** The thread frees its images when the machine has them. */
  readonly config: MachineConfig;
  readonly disks: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  /** Translations of an earlier run of the same image. */
  readonly keptCode?: Uint8Array;
  /** Whether the run is to post those that it leaves behind. */
  readonly keepsCode?: boolean;
  readonly steps: readonly ConsoleStep[];
  readonly limits: ThreadLimits;
  /** Steps of the machine between two checkpoints; none are made where it is not said. */
  readonly checkpointEvery?: Instructions;
  /** The guest waits until a checkpoint is read, so that it never needs a page twice. */
  readonly standsForCheckpoints?: boolean;
  /** Goes on from here; the images of `config` are not looked at. */
  readonly resume?: SavedRun;
  /** Comes from another worker; the images of `config` are not looked at. */
  readonly arrival?: ArrivalOptions;
  /** Begins stopped, for a debugger that waits. */
  readonly debug?: DebugStart;
  /** Its translated code has failed on this host: it is interpreted, from here to its end. */
  readonly withoutTranslation?: boolean;
  /** Begins as a clone of this one where it can; without a template the run is the same one. */
  readonly template?: TemplateUse;
  /** Template that a run which goes on, or comes from elsewhere, has begun as: much of its RAM is alike. */
  readonly kin?: TemplateKey;
  /** What of its time was before it came here: milliseconds of making it ready, and when that was done. */
  readonly before?: { readonly preparing: Milliseconds; readonly at: Milliseconds };
  /** Looks where its guest is, each so many steps. */
  readonly profile?: { readonly period: Instructions; readonly symbols: readonly FunctionSymbol[] };
  /** The images of `config` are not there: one that begins at its beginning asks for them. */
  readonly lacksImages?: boolean;
}

export type BootImages = Pick<MachineConfig["boot"], "kernel" | "initrd">;

/** A run that was saved, as a thread takes it. */
export interface SavedRun {
  readonly sections: ReadonlyMap<string, Uint8Array>;
  /** Pages that are not all zeros, ascending, and their content, one behind the other. */
  readonly pages: Uint32Array;
  readonly content: Uint8Array;
  /** Pages that are not all zeros, whose content comes later. */
  readonly absent?: Uint32Array;
}

/** Some pages, and their content, one behind the other. */
export interface SomePages {
  readonly pages: Uint32Array;
  readonly content: Uint8Array<ArrayBuffer>;
}

export interface ThreadLimits {
  readonly instructions: number;
  /** Bytes of machine memory that the guest's RAM may take. */
  readonly memoryBytes: number;
  readonly outputBytes: number;
  /** What the guest may have of its thread; while others have their turn it does not count. */
  readonly wallClock: Milliseconds;
}

export type ThreadMessage =
  | { readonly run: RunNumber; readonly message: RunMessage }
  /** The thread has this template no more. */
  | { readonly forgotten: TemplateKey }
  /** Answers `lend`: nothing where it does not have the template whole. */
  | {
      readonly lent: LoanNumber;
      readonly template: OfferedTemplate | undefined;
      /** It was about to have it when it was asked. */
      readonly hasWaited: boolean;
    }
  /** Some code of its guests cannot be translated. */
  | { readonly problem: TranslationProblem }
  /** The thread holds the frames of a template that another one lends. */
  | { readonly taken: LoanNumber };

export type RunMessage =
  | { readonly type: "console"; readonly bytes: Uint8Array }
  | { readonly type: "step"; readonly index: number; readonly report: ConsoleStepReport }
  | RunProgress
  | RunCheckpoint
  /** Where its time has gone so far; every two seconds, and before whatever ends it here. */
  | { readonly type: "exits"; readonly account: RunAccount }
  | { readonly type: "move"; readonly message: MoveMessage }
  | { readonly type: "debug"; readonly message: DebugMessage }
  /** The thread does not have the run's template: `template` says what there is of it. */
  | { readonly type: "template-wanted"; readonly key: TemplateKey }
  /** The run has begun without pages of its checkpoint: they are to follow. */
  | { readonly type: "pages-wanted" }
  /** The thread stands still until the page is in the `PageAnswer`. */
  | {
      readonly type: "page-wanted";
      /** Of which template; of the checkpoint that the run goes on from where it is not said. */
      readonly key?: TemplateKey;
      readonly page: number;
      readonly answer: SharedArrayBuffer;
    }
  /** The thread has the template now, and so many frames for it. */
  | {
      readonly type: "template-kept";
      readonly key: TemplateKey;
      readonly frames: number;
      /** They are those of the thread that has lent it. */
      readonly loan?: LoanNumber;
    }
  | TemplateMade
  /** The run, or what was stored, gives no template; the run begins at its beginning. */
  | { readonly type: "template-unusable"; readonly key: TemplateKey; readonly reason: string }
  /** The run begins at its beginning: it needs its images. */
  | { readonly type: "images-wanted" }
  /** So many of the run's instructions were the template's. */
  | { readonly type: "from-template"; readonly instructions: Instructions }
  /** Translations, for a later run of the same image; before `end`. */
  | { readonly type: "code"; readonly bytes: Uint8Array }
  /** Where the guest has spent its instructions, as folded stacks; before `end`. */
  | { readonly type: "profile"; readonly folded: string }
  | { readonly type: "end"; readonly report: RunReport }
  /** As asked: all that the run is stands in its last checkpoint. */
  | { readonly type: "handed-over" }
  /** There is nothing in what was saved that the run could go on from: it has to begin again. */
  | {
      readonly type: "unusable";
      readonly message: string;
      /** It could not be gone on with because pages did not come. */
      readonly lacksPages?: boolean;
    }
  /** Its translated code has failed: the run is to be done again, without translation. */
  | { readonly type: "translation-trap"; readonly message: string }
  /** The monitor itself is at fault, not the guest. */
  | { readonly type: "fault"; readonly message: string; readonly stack: string };

export interface RunProgress {
  readonly type: "progress";
  readonly instructions: number;
  readonly step: number;
  /** What the guest has had of its thread. */
  readonly used: Milliseconds;
}

/** What a run is at one instant. All that it has said until then was posted before. */
export interface RunCheckpoint extends SavedFrames {
  readonly type: "checkpoint";
  readonly consoleBytes: number;
  /** For so long the guest stood still for it. */
  readonly pause?: Milliseconds;
}

/** A run has made the template: its frames stay as they are until `template-read`. */
export interface TemplateMade extends SavedFrames {
  readonly type: "template-made";
  readonly key: TemplateKey;
}

/** A machine and its driver at one instant. */
export interface SavedFrames {
  /** All pages, or those that were written since the last checkpoint that was kept. */
  readonly isWhole: boolean;
  /** Page numbers, ascending, and the frame of each. */
  readonly pages: Uint32Array;
  readonly frames: Uint32Array;
  readonly sections: ReadonlyMap<string, Uint8Array>;
  readonly instructions: Instructions;
}

/** All that a run leaves behind. */
export interface RunReport {
  readonly end: RunEnd;
  readonly steps: readonly ConsoleStepReport[];
  readonly instructions: number;
  readonly exits: Readonly<Record<string, number>>;
  /** Absent when no machine was made, or when the run's end was the host's doing. */
  readonly stateHash?: string;
  readonly consoleBytes: number;
  readonly recentOutput: string;
  /** Instructions at the run's beginning that were executed once for all runs. */
  readonly fromTemplate?: Instructions;
  /** Translated code has failed, and so the run was interpreted, at least from a checkpoint on. */
  readonly withoutTranslation?: true;
}

/** Values of the control word. */
export const threadControl = { goOn: 0, stop: 1, handOver: 2 } as const;
