/**
 * The templates of one pCPU thread: machines at the step that their runs begin with. They never run;
 * runs are clones of them, which share their frames, decoded and translated code.
 *
 * The first run that wants a template asks for it, and makes it where there is none; others of the
 * thread wait meanwhile. Whoever waits is told by `onChange`, and wants it again then.
 */
import type { KnownContent, Machine, RamImage } from "../../vmm/mod.ts";
import type { ArrivingPages } from "./arriving-pages.ts";
import { captureFrames } from "./captured-frames.ts";
import type { WrittenPages } from "./disk-sections.ts";
import type { DriverState } from "./driver-state.ts";
import type {
  LoanNumber,
  OfferedTemplate,
  RunNumber,
  SavedRun,
  TemplateKey,
} from "./thread-protocol.ts";

export interface ShelvedTemplate {
  readonly machine: Machine;
  readonly driver: DriverState;
  /** All that it has printed. */
  readonly console: Uint8Array;
  /** What it has written to its disks, by their names. */
  readonly disks: ReadonlyMap<string, WrittenPages>;
  /** All of that as it is stored: for another thread. */
  readonly sections: ReadonlyMap<string, Uint8Array>;
  /** Where pages of it may still be on their way. */
  readonly pages?: ArrivingPages;
}

export interface LentPages {
  readonly content: KnownContent;
  giveBack(): void;
}

/** What a run does that wants a template. */
export type WantedTemplate =
  | { readonly kind: "clone"; readonly template: ShelvedTemplate }
  /** It asks for it, and waits. */
  | { readonly kind: "ask" }
  | { readonly kind: "wait" }
  /** It puts what was saved on the shelf. */
  | { readonly kind: "restore"; readonly answer: StoredTemplate }
  | { readonly kind: "borrow"; readonly answer: BorrowedTemplate }
  /** It begins at its beginning, and makes the template on its way. */
  | { readonly kind: "make" }
  /** It begins at its beginning. */
  | { readonly kind: "without" };

/** What was stored of a template, and what has come of its other pages before it was looked at. */
export interface StoredTemplate {
  readonly saved: SavedRun;
  readonly early: { readonly pages: Uint32Array; readonly content: Uint8Array }[];
}

/** A template of another thread, whose frames this one holds, too, until the image is released. */
export interface BorrowedTemplate {
  readonly sections: ReadonlyMap<string, Uint8Array>;
  readonly image: RamImage;
  readonly loan: LoanNumber;
}

/** Nothing where there is none; also whether it was waited for. */
type Offer = (template: OfferedTemplate | undefined, hasWaited: boolean) => void;

type Place =
  | { readonly state: "asked" | "in the making"; readonly by: RunNumber }
  | { readonly state: "answered"; readonly answer: StoredTemplate | undefined }
  | { readonly state: "borrowed"; readonly answer: BorrowedTemplate }
  | { readonly state: "here"; readonly template: ShelvedTemplate }
  | { readonly state: "unusable" };

export class TemplateShelf {
  readonly #places = new Map<TemplateKey, Place>();
  /** What gives frames back that somebody still reads. */
  readonly #held = new Map<TemplateKey, () => void>();
  /** What gives frames back that another thread is about to take. */
  readonly #loans = new Map<LoanNumber, () => void>();
  /** Threads that wait for a template. */
  readonly #asked: { readonly key: TemplateKey; readonly loan: LoanNumber; answer: Offer }[] = [];
  /** Machines whose pages somebody compares with, and how many do. */
  readonly #lent = new Map<Machine, number>();
  /** Those that go when they are given back. */
  readonly #leaving = new Set<Machine>();
  readonly #onChange: () => void;
  readonly #onForgotten: (key: TemplateKey) => void;

  /** @param onForgotten a template has given its memory back, as `forget` has asked for */
  constructor(onChange: () => void, onForgotten: (key: TemplateKey) => void) {
    this.#onChange = () => {
      onChange();
      this.#lendToAsked();
    };
    this.#onForgotten = onForgotten;
  }

  want(key: TemplateKey, run: RunNumber): WantedTemplate {
    const place = this.#places.get(key);
    switch (place?.state) {
      case undefined:
        this.#places.set(key, { state: "asked", by: run });
        return { kind: "ask" };
      case "asked":
      case "in the making":
        return { kind: "wait" };
      case "answered":
        this.#places.set(key, { state: "in the making", by: run });
        return place.answer ? { kind: "restore", answer: place.answer } : { kind: "make" };
      case "borrowed":
        this.#places.set(key, { state: "in the making", by: run });
        return { kind: "borrow", answer: place.answer };
      case "here":
        return { kind: "clone", template: place.template };
      case "unusable":
        return { kind: "without" };
    }
  }

  answer(key: TemplateKey, saved: SavedRun | undefined): void {
    const place = this.#places.get(key);
    // Whoever asked may be over, and somebody else have asked since: the answer is the same.
    if (place?.state !== "asked") return;
    this.#places.set(key, { state: "answered", answer: saved && { saved, early: [] } });
    this.#onChange();
  }

  /** Another thread has it: as `answer`. */
  answerBorrowed(key: TemplateKey, borrowed: BorrowedTemplate): void {
    if (this.#places.get(key)?.state !== "asked") {
      borrowed.image.release();
      return;
    }
    this.#places.set(key, { state: "borrowed", answer: borrowed });
    this.#onChange();
  }

  /**
   * For another thread; the frames are held until `loanOver`.
   *
   * @param isPatient may be answered when the template is here whole, where it is about to be
   * @param answer gets nothing where it is not here
   */
  lendFrames(key: TemplateKey, loan: LoanNumber, isPatient: boolean, answer: Offer): void {
    const place = this.#places.get(key);
    const isHere = place?.state === "here";
    if (!isHere || !isWhole(place.template)) {
      // Not where it only asks for it itself: two that wait for each other would wait for long.
      const mayCome = isHere || (place && place.state !== "asked" && place.state !== "unusable");
      if (mayCome && isPatient) this.#asked.push({ key, loan, answer });
      else answer(undefined, false);
      return;
    }
    const { machine, sections: own } = place.template;
    const { release, ...template } = captureFrames(machine, own);
    this.#loans.set(loan, release);
    answer(template, false);
  }

  #lendToAsked(): void {
    for (const { key, loan, answer } of this.#asked.splice(0)) {
      this.lendFrames(key, loan, true, (template) => answer(template, true));
    }
  }

  loanOver(loan: LoanNumber): void {
    this.#loans.get(loan)?.();
    this.#loans.delete(loan);
  }

  /** @param release gives back what somebody else still reads; see `wasRead` */
  put(key: TemplateKey, template: ShelvedTemplate, release?: () => void): void {
    if (release) this.#held.set(key, release);
    this.#places.set(key, { state: "here", template });
    this.#onChange();
  }

  /** Pages of a template have come. */
  supply(key: TemplateKey, pages: Uint32Array, content: Uint8Array): void {
    const place = this.#places.get(key);
    if (place?.state === "answered") place.answer?.early.push({ pages, content });
    if (place?.state !== "here") return;
    place.template.pages?.take(pages, content);
    if (place.template.pages?.areHere) this.#onChange();
  }

  /** The rest of its pages will not come: the next run makes it, those that need them begin again. */
  lose(key: TemplateKey): void {
    const place = this.#places.get(key);
    if (place?.state === "answered") this.makeAgain(key);
    if (place?.state !== "here" || place.template.pages?.areHere !== false) return;
    place.template.pages.lose();
    place.template.machine.dispose();
    this.makeAgain(key);
  }

  /** What was stored cannot be used: whoever wants it next makes it. */
  makeAgain(key: TemplateKey): void {
    this.#places.set(key, { state: "answered", answer: undefined });
    this.#onChange();
  }

  /** There cannot be such a template. */
  refuse(key: TemplateKey): void {
    this.#places.set(key, { state: "unusable" });
    this.#onChange();
  }

  /** A run is over: what it had promised is for others to do. */
  leave(run: RunNumber): void {
    for (const [key, place] of this.#places) {
      if (!("by" in place) || place.by !== run) continue;
      this.#places.delete(key);
      this.#onChange();
    }
  }

  /** Nobody reads the frames of a template that was made here any more. */
  wasRead(key: TemplateKey): void {
    this.#held.get(key)?.();
    this.#held.delete(key);
  }

  /**
   * A template's pages, for a clone that moves: where the other worker has the template, too, they need
   * not travel. Nothing where it is not here, or not whole.
   */
  lend(key: TemplateKey): LentPages | undefined {
    const place = this.#places.get(key);
    if (place?.state !== "here" || !isWhole(place.template)) return undefined;
    const { machine } = place.template;
    const count = (change: number) => (this.#lent.get(machine) ?? 0) + change;
    this.#lent.set(machine, count(1));
    return {
      content: {
        name: key,
        page: (page) => {
          for (const { bytes } of machine.ram.contents([page])) {
            // A page of zeros costs nothing to send, and is nothing to build upon.
            return bytes.some((byte) => byte !== 0) ? bytes : undefined;
          }
          return undefined;
        },
      },
      giveBack: () => {
        this.#lent.set(machine, count(-1));
        if (this.#lent.get(machine) !== 0) return;
        this.#lent.delete(machine);
        if (this.#leaving.delete(machine)) this.#dispose(key, machine);
      },
    };
  }

  /** Gives a template's memory back when nobody has its pages; its clones keep what they have of it. */
  forget(key: TemplateKey): void {
    const place = this.#places.get(key);
    if (place?.state === "borrowed") {
      place.answer.image.release();
      this.#places.delete(key);
    }
    if (place?.state !== "here") {
      this.#onForgotten(key);
      return;
    }
    const { machine, pages } = place.template;
    this.#places.delete(key);
    pages?.lose();
    this.#lendToAsked();
    if (this.#lent.has(machine)) this.#leaving.add(machine);
    else this.#dispose(key, machine);
  }

  #dispose(key: TemplateKey, machine: Machine): void {
    machine.dispose();
    this.#onForgotten(key);
  }
}

function isWhole({ pages }: ShelvedTemplate): boolean {
  return pages?.areHere !== false;
}
