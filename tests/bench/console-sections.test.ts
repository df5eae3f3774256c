import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConsoleSections } from "./console-sections.ts";

const shell = { name: "shell", text: "~ # " };

describe("ConsoleSections", () => {
  test("measures from a begin line to the end line of the same name", () => {
    const console = new ConsoleSections();
    console.take("memory walk: begin\n", 10);
    console.take("memory walk: end at line 27292\n", 35);
    expect(console.sections).toEqual([
      { name: "memory walk", begin: 10, end: 35, outcome: "at line 27292" },
    ]);
  });

  test("tells several sections of one run apart", () => {
    const console = new ConsoleSections();
    console.take("walk: begin\nwalk: end\ncopy: begin\n", 1);
    console.take("copy: end, 0\n", 2);
    expect(console.sections.map(({ name }) => name)).toEqual(["walk", "copy"]);
  });

  test("finds the same sections however the text is cut", () => {
    const text = "noise\r\nn-body: begin\r\nn-body: end, 5\r\n~ # ";
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (places) => {
        const cuts = [0, ...places.toSorted((a, b) => a - b), text.length];
        const console = new ConsoleSections(shell);
        cuts.forEach((cut, i) => {
          console.take(text.slice(cut, cuts[i + 1]), 1);
        });
        expect(console.sections.map(({ name }) => name)).toEqual(["n-body", "shell"]);
      }),
    );
  });

  test("ends the shell's section at the first prompt, which no line end follows", () => {
    const console = new ConsoleSections(shell);
    console.take("booting\n", 3);
    console.take("~ # ", 7);
    console.take("ls\n~ # ", 9);
    expect(console.sections).toEqual([{ name: "shell", begin: 0, end: 7, outcome: "" }]);
  });

  test("a question to the terminal may follow the prompt", () => {
    const console = new ConsoleSections(shell);
    console.take("booting\n~ # \x1b[6n", 7);
    expect(console.sections).toHaveLength(1);
  });

  test("keeps what the guest says of its work, without the comma before it", () => {
    const console = new ConsoleSections();
    console.take("sieve: begin\r\nsieve: end, 82025 primes\r\nwalk: begin\nwalk: end\n", 1);
    expect(console.sections.map(({ outcome }) => outcome)).toEqual(["82025 primes", ""]);
  });

  test("an end without a begin is no section", () => {
    const console = new ConsoleSections();
    console.take("sieve: end, 82025 primes\n", 4);
    expect(console.sections).toEqual([]);
  });
});
