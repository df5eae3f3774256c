import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PlainConsole } from "./plain-console.ts";

const esc = "\u001b";
const plain = (text: string) => new PlainConsole().push(text);

describe("PlainConsole", () => {
  test("leaves out colours, cursor questions and titles, and keeps the text", () => {
    expect(plain(`${esc}[1;31mred${esc}[0m ~ # ${esc}[6n${esc}]0;title\u0007ok\r\n`)).toBe(
      "red ~ # ok\n",
    );
    expect(plain(`a${esc}(Bb${esc}]8;;x${esc}\\c\u0000\u007f\u009bd\tä€😀`)).toBe("abcd\tä€😀");
  });

  test("does not swallow what follows a sequence that is never closed", () => {
    expect(plain(`${esc}]0;open\nnext line`)).toBe("\nnext line");
  });

  test("gives the same text however the output is cut into chunks", () => {
    const pieces = fc.constantFrom(esc, "[", "6", "n", "]", "x", "\\", "\u0007", "\r", "\n", "ä");
    fc.assert(
      fc.property(fc.array(pieces), fc.nat(), (symbols, at) => {
        const text = symbols.join("");
        const cut = text.length === 0 ? 0 : at % text.length;
        const filter = new PlainConsole();
        expect(filter.push(text.slice(0, cut)) + filter.push(text.slice(cut))).toBe(plain(text));
      }),
    );
  });

  test("lets no control character through", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(plain(text)).not.toMatch(/(?![\n\t])\p{Cc}/u);
      }),
    );
  });
});
