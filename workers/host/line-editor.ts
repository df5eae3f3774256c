/** What typed bytes lead to: what the terminal shows of them, and the lines that they end. */
export interface Edited {
  readonly echo: string;
  readonly lines: readonly string[];
}

const [controlC, backspace, lineFeed, carriageReturn, controlU, controlW, escapeKey, rubout] = [
  0x03, 0x08, 0x0a, 0x0d, 0x15, 0x17, 0x1b, 0x7f,
];
const longestLine = 4096;
const erase = "\b \b";

/**
 * A line that is typed on a raw terminal: printable characters, Backspace, Ctrl-U (all away), Ctrl-W
 * (the last word away), Ctrl-C (a new line), Enter. Escape sequences, of arrow keys say, are dropped.
 */
export class LineEditor {
  #line = "";
  #sequence: "none" | "started" | "open" = "none";

  type(bytes: Uint8Array): Edited {
    let echo = "";
    const lines: string[] = [];
    for (const byte of bytes) {
      if (this.#isInSequence(byte)) continue;
      if (byte === lineFeed || byte === carriageReturn) {
        lines.push(this.#line);
        this.#line = "";
        echo += "\n";
      } else if (byte === controlC) {
        this.#line = "";
        lines.push("");
        echo += "^C\n";
      } else {
        echo += this.#edit(byte);
      }
    }
    return { echo, lines };
  }

  #edit(byte: number): string {
    if (byte === backspace || byte === rubout) return this.#eraseFrom(this.#line.length - 1);
    if (byte === controlU) return this.#eraseFrom(0);
    if (byte === controlW) return this.#eraseFrom(this.#line.search(/\S+\s*$/));
    if (byte < 0x20 || byte > 0x7e || this.#line.length === longestLine) return "";
    const character = String.fromCharCode(byte);
    this.#line += character;
    return character;
  }

  #eraseFrom(start: number): string {
    const kept = this.#line.slice(0, Math.max(0, start));
    const erased = this.#line.length - kept.length;
    this.#line = kept;
    return erase.repeat(erased);
  }

  /** ESC [ … letter, or ESC and one more. */
  #isInSequence(byte: number): boolean {
    if (this.#sequence === "none") {
      if (byte === escapeKey) this.#sequence = "started";
      return byte === escapeKey;
    }
    const opens = this.#sequence === "started" && (byte === 0x5b || byte === 0x4f);
    const goesOn = this.#sequence === "open" && byte < 0x40;
    this.#sequence = opens || goesOn ? "open" : "none";
    return true;
  }
}
