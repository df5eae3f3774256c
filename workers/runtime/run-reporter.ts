import type { RunEvent } from "../../shared/protocol/run-event.ts";
import type { Progress } from "../../shared/schema/submission.ts";
import type { RunJournal } from "./run-journal.ts";

/** Milliseconds between two writes; also how soon a run notices that it was cancelled. */
const writeInterval = 150;
/** Milliseconds between two progress events while nothing else changes. */
const progressInterval = 1000;

/**
 * Gathers what a run reports and writes it in order, a few times a second. Neighbouring console
 * text becomes one event.
 */
export class RunReporter {
  readonly #journal: RunJournal;
  readonly #onLost: () => void;
  readonly #onError: (error: unknown) => void;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #decoder = new TextDecoder();
  #events: RunEvent[] = [];
  #progress: Progress | undefined;
  #progressShown = { step: -1, at: 0 };
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;

  /**
   * @param onLost the run is no longer ours: cancelled, or another worker has it
   * @param onError the store does not answer
   */
  constructor(journal: RunJournal, onLost: () => void, onError: (error: unknown) => void) {
    this.#journal = journal;
    this.#onLost = onLost;
    this.#onError = onError;
    this.#timer = setInterval(() => {
      if (!this.#isWriting) {
        this.#write();
      }
    }, writeInterval);
  }

  console(bytes: Uint8Array): void {
    const text = this.#decoder.decode(bytes, { stream: true });
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

  progress(progress: Progress): void {
    this.#progress = progress;
    const now = Date.now();
    const { step, at } = this.#progressShown;
    if (step !== progress.step || now - at >= progressInterval) {
      this.#progressShown = { step: progress.step, at: now };
      this.#events.push({ type: "progress", data: progress });
    }
  }

  /** Writes what is left; nothing is written afterwards. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#write();
    await this.#writing;
  }

  #write(): void {
    const events = this.#events;
    this.#events = [];
    this.#isWriting = true;
    this.#writing = this.#writing
      .then(async () => {
        if (!(await this.#journal.append(events, this.#progress))) {
          this.#onLost();
        }
      })
      .catch(this.#onError)
      .finally(() => {
        this.#isWriting = false;
      });
  }
}
