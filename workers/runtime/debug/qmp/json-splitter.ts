/** A piece of input: the text of one JSON value, or why there is none. */
export type JsonPiece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "damaged"; readonly why: string };

const mostCharacters = 2 ** 20;
const deepest = 256;

/**
 * Cuts a stream of characters into JSON texts, as QMP has them: one behind the other, with or without
 * blanks and line ends between them. Whether a text is JSON is not looked at, only where it ends.
 *
 * Input that can never become a value (too long, too deep, a closing bracket alone) is told as
 * damaged and dropped up to the end of its line.
 */
export class JsonSplitter {
  #text = "";
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #isSkipping = false;

  read(characters: string): JsonPiece[] {
    const pieces: JsonPiece[] = [];
    for (const character of characters) {
      const piece = this.#take(character);
      if (piece !== undefined) pieces.push(piece);
    }
    return pieces;
  }

  #take(character: string): JsonPiece | undefined {
    if (this.#isSkipping) {
      this.#isSkipping = character !== "\n";
      return undefined;
    }
    if (this.#text === "" && /\s/.test(character)) return undefined;
    if (this.#text.length >= mostCharacters) return this.#drop("it is too long", character);
    if (this.#isInString) return this.#takeOfString(character);
    if (this.#depth === 0 && /[\s{["]/.test(character) && this.#text !== "") {
      // A bare word or number ends where something else begins.
      const piece = this.#finish();
      this.#take(character);
      return piece;
    }
    this.#text += character;
    if (character === '"') this.#isInString = true;
    if (character === "{" || character === "[") this.#depth++;
    if (this.#depth > deepest) return this.#drop("it is nested too deeply", character);
    if (character !== "}" && character !== "]") return undefined;
    this.#depth--;
    if (this.#depth < 0) return this.#drop("a bracket is closed that was not opened", character);
    return this.#depth === 0 ? this.#finish() : undefined;
  }

  #takeOfString(character: string): JsonPiece | undefined {
    this.#text += character;
    if (this.#isEscaped) this.#isEscaped = false;
    else if (character === "\\") this.#isEscaped = true;
    else if (character === '"') this.#isInString = false;
    const isWhole = !this.#isInString && this.#depth === 0;
    return isWhole ? this.#finish() : undefined;
  }

  #finish(): JsonPiece {
    const piece: JsonPiece = { kind: "text", text: this.#text };
    this.#reset();
    return piece;
  }

  #drop(why: string, character: string): JsonPiece {
    this.#reset();
    this.#isSkipping = character !== "\n";
    return { kind: "damaged", why };
  }

  #reset(): void {
    this.#text = "";
    this.#depth = 0;
    this.#isInString = false;
    this.#isEscaped = false;
  }
}
