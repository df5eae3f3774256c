import { describe, expect, test } from "vitest";
import { LineEditor } from "./line-editor.ts";

function type(...parts: string[]) {
  const editor = new LineEditor();
  const edited = parts.map((part) => editor.type(new TextEncoder().encode(part)));
  return {
    echo: edited.map(({ echo }) => echo).join(""),
    lines: edited.flatMap(({ lines }) => lines),
  };
}

describe("LineEditor", () => {
  test.each([
    ["info\r", "info\n", ["info"]],
    ["a\x7fb\n", "a\b \bb\n", ["b"]],
    ["\x7f\n", "\n", [""]],
    ["ab c\x17d\n", "ab c\b \bd\n", ["ab d"]],
    ["abc\x15d\n", "abc\b \b\b \b\b \bd\n", ["d"]],
    ["abc\x03", "abc^C\n", [""]],
    ["a\x1b[Ab\x1bOCc\x1bxd\n", "abcd\n", ["abcd"]],
    ["x\ny\nz", "x\ny\nz", ["x", "y"]],
  ])("%j is shown as %j and gives %j", (typed, echo, lines) => {
    expect(type(typed)).toEqual({ echo, lines });
    expect(type(...typed)).toEqual({ echo, lines });
  });
});
