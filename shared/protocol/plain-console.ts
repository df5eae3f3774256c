/**
 * Console output as plain text: terminal sequences and control characters are left out, line ends
 * become `\n`.
 *
 * A guest may print anything, also sequences that make a terminal answer, retitle or repaint
 * itself, so raw output never reaches a person's terminal or a grade. Chunks may be cut anywhere.
 */
export class PlainConsole {
  #state: "text" | "escape" | "control-sequence" | "string" | "string-escape" = "text";

  /** The printable part of the next chunk. */
  push(chunk: string): string {
    let text = "";
    for (const symbol of chunk) {
      text += this.#next(symbol, symbol.codePointAt(0) ?? 0);
    }
    return text;
  }

  #next(symbol: string, code: number): string {
    switch (this.#state) {
      case "escape":
        // ECMA-48: `[` opens a control sequence; `]`, `P`, `X`, `^`, `_` a string.
        this.#state =
          symbol === "["
            ? "control-sequence"
            : "]PX^_".includes(symbol)
              ? "string"
              : code >= 0x20 && code < 0x30
                ? "escape"
                : "text";
        return "";
      case "control-sequence":
        if (code < 0x20 || code > 0x3f) {
          this.#state = "text";
        }
        return "";
      case "string":
        if (code === 7) {
          this.#state = "text";
        } else if (code === 0x1b) {
          this.#state = "string-escape";
        } else if (symbol === "\n") {
          // Never closed: do not swallow the rest of the run.
          this.#state = "text";
          return symbol;
        }
        return "";
      case "string-escape":
        this.#state = "text";
        return "";
      case "text":
        if (code === 0x1b) {
          this.#state = "escape";
          return "";
        }
        return symbol === "\n" || symbol === "\t" || isPrintable(code) ? symbol : "";
    }
  }
}

/** Neither C0, DEL, C1 nor a character that reorders its neighbours. */
function isPrintable(code: number): boolean {
  return (
    code >= 0x20 &&
    !(code >= 0x7f && code < 0xa0) &&
    !(code >= 0x202a && code <= 0x202e) &&
    !(code >= 0x2066 && code <= 0x2069)
  );
}
