import type { CommandTerminal } from "../services/cli/command.ts";

const firstLines = 6;
const lastLines = 14;

/**
 * A terminal for `npm run demo`: the guest's console stands behind a bar, and of a long stretch of
 * it only the beginning and the end are shown.
 */
export class DemoTranscript implements CommandTerminal {
  readonly #say: (line: string) => void;
  #open = "";
  #shown = 0;
  #kept: string[] = [];
  #left = 0;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  /** Console text. */
  out(text: string): void {
    const lines = (this.#open + text).split("\n");
    this.#open = lines.pop() ?? "";
    for (const line of lines) {
      this.#take(line);
    }
  }

  /** Progress. */
  err(text: string): void {
    const line = text.trim();
    // A boot passes in seconds; its progress is worth one line per step, not one per second.
    if (line === "" || line.startsWith("· step ")) {
      return;
    }
    this.close();
    this.#say(`  ${line}`);
  }

  /** Shows what was kept back; the console may go on afterwards. */
  close(): void {
    if (this.#open !== "") {
      this.#take(this.#open);
      this.#open = "";
    }
    if (this.#left > 0) {
      this.#say(`  │ … ${this.#left} more lines …`);
    }
    for (const line of this.#kept) {
      this.#say(`  │ ${line}`);
    }
    this.#kept = [];
    this.#left = 0;
    this.#shown = 0;
  }

  #take(line: string): void {
    if (this.#shown < firstLines) {
      this.#shown += 1;
      this.#say(`  │ ${line}`);
      return;
    }
    this.#kept.push(line);
    if (this.#kept.length > lastLines) {
      this.#kept.shift();
      this.#left += 1;
    }
  }
}
