import type { RunEvent } from "../../shared/protocol/run-event.ts";
import type { Progress } from "../../shared/schema/submission.ts";
import type { RunJournal, Told } from "./run-journal.ts";
import { wholeCharacters } from "./whole-characters.ts";

/** Milliseconds between two writes; also how soon a run notices that it was cancelled. */
const writeInterval = 150;
/** Milliseconds between two progress events while nothing else changes. */
const progressInterval = 1000;

/**
 * Gathers what a run reports and writes it in order, a few times a second. Neighbouring console
 * text becomes one event.
 *
 * A run that begins again, or goes on from a checkpoint, says again what an earlier worker has written.
 * It is the same run, so it says the same at the same place, and what was told is left out.
 */
export class RunReporter {
  readonly #journal: RunJournal;
  readonly #onLost: () => void;
  readonly #onError: (error: unknown) => void;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #events: RunEvent[] = [];
  #progress: Progress | undefined;
  #progressShown = { step: -1, at: 0 };
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;
  #isHeld = false;
  /** Where in the guest's console the next byte stands. */
  #position = 0;
  #told: Told;
  /** The beginning of a character. */
  #rest = new Uint8Array();

  /**
   * @param onLost the run is no longer ours: cancelled, or another worker has it
   * @param onError the store does not answer
   */
  constructor(journal: RunJournal, onLost: () => void, onError: (error: unknown) => void) {
    this.#journal = journal;
    this.#told = journal.told;
    this.#onLost = onLost;
    this.#onError = onError;
    this.#timer = setInterval(() => {
      if (!this.#isWriting && !this.#isHeld) this.#write();
    }, writeInterval);
  }

  /** The guest's next byte is this one of its console. */
  startAt(position: number): void {
    this.#position = position;
  }

  console(bytes: Uint8Array): void {
    const begin = this.#told.console + this.#rest.length;
    const news = bytes.subarray(Math.max(0, begin - this.#position));
    this.#position += bytes.length;
    if (news.length === 0) return;
    const all = Uint8Array.from([...this.#rest, ...news]);
    const whole = wholeCharacters(all);
    this.#rest = all.slice(whole);
    this.#told = { ...this.#told, console: this.#told.console + whole };
    const text = this.#decoder.decode(all.subarray(0, whole));
    const last = this.#events.at(-1);
    if (last?.type === "console") {
      this.#events[this.#events.length - 1] = {
        type: "console",
        data: { text: last.data.text + text },
      };
    } else if (text !== "") {
      this.#events.push({ type: "console", data: { text } });
    }
  }

  event(event: RunEvent): void {
    this.#events.push(event);
  }

  /** @param event undefined where it is not shown */
  step(index: number, event: RunEvent | undefined): void {
    if (index < this.#told.steps) return;
    this.#told = { ...this.#told, steps: index + 1 };
    if (event !== undefined) this.#events.push(event);
  }

  progress(progress: Progress): void {
    this.#progress = progress;
    const now = performance.now();
    const { step, at } = this.#progressShown;
    if (step !== progress.step || now - at >= progressInterval) {
      this.#progressShown = { step: progress.step, at: now };
      this.#events.push({ type: "progress", data: progress });
    }
  }

  /** Comes back when all that was said until now is written, or it is known that it cannot be. */
  async flush(): Promise<void> {
    this.#write();
    await this.#writing;
  }

  /**
   * Writes what was said until now, and nothing more before `goOn`: the run may be somebody else's
   * meanwhile.
   */
  async hold(): Promise<void> {
    this.#isHeld = true;
    await this.flush();
  }

  goOn(): void {
    this.#isHeld = false;
  }

  /** Writes what is left, if it may; nothing is written afterwards. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#isHeld) await this.#writing;
    else await this.flush();
  }

  #write(): void {
    const events = this.#events;
    const told = this.#told;
    this.#events = [];
    this.#isWriting = true;
    this.#writing = this.#writing
      .then(async () => {
        if (!(await this.#journal.append(events, this.#progress, told))) {
          this.#onLost();
        }
      })
      .catch(this.#onError)
      .finally(() => {
        this.#isWriting = false;
      });
  }
}
