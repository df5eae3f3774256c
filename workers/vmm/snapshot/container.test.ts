import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Failure } from "../base/failure.ts";
import { readContainer, writeContainer } from "./container.ts";

const newest = 3;
const sections = new Map([
  ["harts", Uint8Array.of(1, 2, 3, 4, 5)],
  ["empty", new Uint8Array()],
  ["ram.pages", new Uint8Array(40).fill(0xa5)],
]);
const file = writeContainer({ version: 2, sections });

function failureOf(
  bytes: Uint8Array,
  limits?: { sections: number; sectionBytes: number },
): Failure {
  try {
    readContainer(bytes, newest, limits && { limits });
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

test("sections come back by name with their version, however they were ordered", () => {
  const { version, sections: read } = readContainer(file, newest);
  expect(version).toBe(2);
  expect(new Map([...read].map(([name, bytes]) => [name, bytes.slice()]))).toEqual(sections);
  const reversed = new Map([...sections].reverse());
  expect(writeContainer({ version: 2, sections: reversed })).toEqual(file);
});

test("a container may lie anywhere in a larger buffer", () => {
  const buffer = new Uint8Array(file.length + 7);
  buffer.set(file, 5);
  const { sections: read } = readContainer(buffer.subarray(5, 5 + file.length), newest);
  expect(read.get("harts")).toEqual(sections.get("harts"));
});

describe("refused is", () => {
  test("every file that was cut off", () => {
    for (let length = 0; length < file.length; length++) {
      expect(failureOf(file.subarray(0, length)).code).toMatch(/^snapshot-(damaged|foreign)$/);
    }
  });

  test("every file of which one bit is another", () => {
    for (let bit = 0; bit < file.length * 8; bit++) {
      const flipped = file.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(failureOf(flipped).code).toMatch(/^snapshot-(damaged|foreign|newer|too-large)$/);
    }
  });

  test("every file that something was added to, taken from or exchanged in", () => {
    const edit = fc.record({
      at: fc.nat(file.length),
      removed: fc.nat(20),
      added: fc.uint8Array({ maxLength: 20 }),
    });
    fc.assert(
      fc.property(edit, ({ at, removed, added }) => {
        const edited = Uint8Array.of(
          ...file.subarray(0, at),
          ...added,
          ...file.subarray(at + removed),
        );
        fc.pre(!(edited.length === file.length && edited.every((byte, i) => byte === file[i])));
        expect(failureOf(edited)).toBeInstanceOf(Failure);
      }),
    );
  });

  test("a section that was changed, by its name", () => {
    const changed = file.slice();
    changed[changed.length - 1] = 0;
    expect(failureOf(changed).message).toContain('in its section "ram.pages"');
    expect(failureOf(file.subarray(0, file.length - 41)).message).toContain('"harts"');
  });

  test("what is no snapshot, and a newer one, in so many words", () => {
    expect(failureOf(new TextEncoder().encode("not a snapshot at all")).code).toBe(
      "snapshot-foreign",
    );
    const newer = writeContainer({ version: newest + 1, sections });
    expect(failureOf(newer)).toMatchObject({
      code: "snapshot-newer",
      message: "The snapshot has format 4, and this Trapline knows 3 at the most.",
    });
  });

  test("what is larger than the reader wants", () => {
    expect(failureOf(file, { sections: 2, sectionBytes: 100 }).code).toBe("snapshot-too-large");
    expect(failureOf(file, { sections: 3, sectionBytes: 39 }).message).toContain('"ram.pages"');
  });
});

test.each(["", "Harts", "a b", "ä", "a".repeat(33)])("no section is called %j", (name) => {
  const named = new Map([[name, new Uint8Array()]]);
  expect(() => writeContainer({ version: 1, sections: named })).toThrow("no section can be called");
});
