import { describe, expect, test } from "vitest";
import {
  boolean,
  bytes,
  integer,
  list,
  named,
  number,
  record,
  text,
  variant,
  word,
} from "./shape.ts";

const shape = record(
  {
    count: integer(0, 10),
    kinds: list(word("read", "write"), 1, 2),
    content: bytes(2),
    by: named(boolean, 2),
  },
  { name: text(3), at: number(0, 1) },
);
const fitting = { count: 3, kinds: ["read"], content: new Uint8Array(2), by: { a: true } };

test("what fits comes back, with optional fields or without", () => {
  expect(shape(fitting, "it")).toEqual(fitting);
  const more = { ...fitting, name: "abc", at: 0.5 };
  expect(shape(more, "it")).toEqual(more);
  expect(shape({ ...fitting, name: undefined }, "it")).toEqual(fitting);
});

describe("what does not fit is refused with its place", () => {
  test.each<[string, unknown]>([
    ["it is no record", [fitting]],
    ["it.count is no whole number from 0 to 10", { ...fitting, count: 11 }],
    ["it.count is no whole number from 0 to 10", { ...fitting, count: 1.5 }],
    ["it.kinds[1] is none of read, write", { ...fitting, kinds: ["read", "erase"] }],
    ["it.kinds is no list of 1 to 2 items", { ...fitting, kinds: [] }],
    ["it.content is no string of 2 bytes", { ...fitting, content: [0, 0] }],
    ["it.by.a is neither true nor false", { ...fitting, by: { a: 1 } }],
    ["it.by is no record of at most 2 names", { ...fitting, by: { a: true, b: true, c: true } }],
    ["it.name is no text of at most 3 characters", { ...fitting, name: "abcd" }],
    ["it.at is no number from 0 to 1", { ...fitting, at: Number.NaN }],
    ["it.other is nothing that is known", { ...fitting, other: 1 }],
    ["it.count is missing", { ...fitting, count: undefined }],
  ])("%s", (message, value) => {
    expect(() => shape(value, "it")).toThrow(new RangeError(message));
  });
});

test("a variant has the shape that its tag names, and no tag is inherited", () => {
  const pet = variant<unknown>("kind", {
    cat: record({ kind: word("cat"), lives: integer(0, 9) }),
    fish: record({ kind: word("fish") }),
  });
  expect(pet({ kind: "cat", lives: 9 }, "pet")).toEqual({ kind: "cat", lives: 9 });
  expect(() => pet({ kind: "fish", lives: 9 }, "pet")).toThrow("pet.lives");
  expect(() => pet({ kind: "toString" }, "pet")).toThrow("pet.kind is none of cat, fish");
});
