import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyMessage } from "../../../tests/support/migration-messages.ts";
import { FrameReader, FrameSplitter, FrameWriter } from "./frames.ts";
import { MigrationProblem } from "./migration-problem.ts";

const messages = fc.array(anyMessage, { minLength: 1, maxLength: 8 });

describe("frames", () => {
  test("carry messages in their order", () => {
    fc.assert(
      fc.property(messages, (list) => {
        const [writer, reader] = [new FrameWriter(), new FrameReader()];
        expect(list.map((message) => reader.read(writer.write(message)))).toEqual(list);
      }),
    );
  });

  test("are dropped when they come again", () => {
    fc.assert(
      fc.property(messages, fc.nat(), (list, which) => {
        const [writer, reader] = [new FrameWriter(), new FrameReader()];
        const frames = list.map((message) => writer.write(message));
        for (const frame of frames) reader.read(frame);
        expect(reader.read(frames[which % frames.length] as Uint8Array)).toBeUndefined();
        expect(reader.duplicates).toBe(1);
        const next = { kind: "round", round: 1 } as const;
        expect(reader.read(writer.write(next))).toEqual(next);
      }),
    );
  });

  test("are missed when one does not come", () => {
    const [writer, reader] = [new FrameWriter(), new FrameReader()];
    writer.write({ kind: "go" });
    expect(() => reader.read(writer.write({ kind: "ready" }))).toThrow(
      expect.objectContaining({ code: "migration-frame-missing" }),
    );
  });

  test("are refused when a bit of them is another", () => {
    fc.assert(
      fc.property(anyMessage, fc.nat(), (message, which) => {
        const frame = new FrameWriter().write(message);
        const bit = which % (8 * frame.length);
        frame[bit >> 3] = (frame[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(() => new FrameReader().read(frame)).toThrow(
          expect.objectContaining({ code: "migration-frame-damaged" }),
        );
      }),
      { numRuns: 500 },
    );
  });

  test("of any bytes are read or refused by name", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(() => new FrameReader().read(bytes)).toThrow(MigrationProblem);
      }),
    );
  });
});

describe("a stream of frames", () => {
  test("is cut into the same frames, in whatever pieces it comes", () => {
    fc.assert(
      fc.property(messages, fc.array(fc.integer({ min: 1, max: 50 })), (list, sizes) => {
        const writer = new FrameWriter();
        const frames = list.map((message) => writer.write(message));
        const stream = Uint8Array.from(frames.flatMap((frame) => [...frame]));
        const splitter = new FrameSplitter();
        const found: Uint8Array[] = [];
        for (let at = 0, piece = 0; at < stream.length; piece++) {
          const size = sizes[piece % Math.max(1, sizes.length)] ?? 7;
          found.push(...splitter.push(stream.slice(at, at + size)).map((frame) => frame.slice()));
          at += size;
        }
        expect(found).toEqual(frames.map((frame) => new Uint8Array(frame)));
      }),
    );
  });

  test("is refused as soon as a length is one that no frame has", () => {
    expect(() => new FrameSplitter().push(Uint8Array.of(0xff, 0xff, 0xff, 0x7f))).toThrow(
      MigrationProblem,
    );
    expect(() => new FrameSplitter().push(Uint8Array.of(0, 0, 0, 0))).toThrow(MigrationProblem);
  });
});
