/** One measured part of a run, between two marks on the guest's console. */
export interface Section {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
  /** What the guest says of its work behind the end mark: the same wherever it runs. */
  readonly outcome: string;
}

/**
 * Finds on a console what a benchmark guest says of itself: `NAME: begin` and `NAME: end…` lines,
 * and the shell's prompt, which ends a section that began when the machine was started.
 *
 * The stamp of a mark is whatever the caller measures with: time, or retired instructions.
 */
export class ConsoleSections {
  readonly sections: Section[] = [];
  readonly #open = new Map<string, number>();
  readonly #prompt: { readonly name: string; readonly text: string } | undefined;
  #line = "";

  /** @param prompt text without a line end that ends the section `name`, which begins at 0 */
  constructor(prompt?: { readonly name: string; readonly text: string }) {
    this.#prompt = prompt;
    if (prompt) this.#open.set(prompt.name, 0);
  }

  /** Takes what came out of the console; its marks get `stamp`. */
  take(text: string, stamp: number): void {
    const lines = (this.#line + text).split("\n");
    this.#line = lines.pop() ?? "";
    for (const line of lines) this.#takeLine(line, stamp);
    // The shell may ask the terminal something right behind its prompt.
    if (this.#prompt && this.#line.includes(this.#prompt.text)) {
      this.#close(this.#prompt.name, stamp, "");
    }
  }

  #takeLine(line: string, stamp: number): void {
    const mark = /^([\w -]+): (begin$|end\b)[ ,]*(.*)$/.exec(line.trimEnd());
    const [, name = "", kind, outcome = ""] = mark ?? [];
    if (kind === "begin") this.#open.set(name, stamp);
    else if (kind === "end") this.#close(name, stamp, outcome);
  }

  #close(name: string, end: number, outcome: string): void {
    const begin = this.#open.get(name);
    if (begin === undefined) return;
    this.#open.delete(name);
    this.sections.push({ name, begin, end, outcome });
  }
}
