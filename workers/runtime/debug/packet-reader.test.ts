import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type GdbInput, largestPacket, PacketReader } from "./packet-reader.ts";
import { writePacket } from "./write-packet.ts";

const latin1 = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));

function readAll(...pieces: Uint8Array[]): GdbInput[] {
  const reader = new PacketReader();
  return pieces.flatMap((piece) => reader.read(piece));
}

describe("PacketReader", () => {
  test.each([
    ["$g#67", [{ kind: "packet", payload: "g" }]],
    ["+-\x03", [{ kind: "acknowledged" }, { kind: "resend" }, { kind: "interrupt" }]],
    ["$a}\x03b#43", [{ kind: "packet", payload: "a#b" }]],
    ["$g#68", [{ kind: "damaged" }]],
    ["$g#zz", [{ kind: "damaged" }]],
    ["$lost$g#67", [{ kind: "packet", payload: "g" }]],
    ["rubbish", []],
    ["$#00", [{ kind: "packet", payload: "" }]],
  ])("%j is read as %j", (bytes, inputs) => {
    expect(readAll(latin1(bytes))).toEqual(inputs);
  });

  test("what is written is read back, however the bytes are cut", () => {
    const payload = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(payload, fc.nat(600), (bytes, cut) => {
        const text = Buffer.from(bytes).toString("latin1");
        const wire = writePacket(text);
        const inputs = readAll(wire.subarray(0, cut), wire.subarray(cut));
        expect(inputs).toEqual([{ kind: "packet", payload: text }]);
      }),
    );
  });

  test("any bytes at all are read without a throw, and a whole packet after them is found", () => {
    const alphabet = fc.constantFrom(0x24, 0x23, 0x7d, 0x2a, 0x03, 0x61, 0x30, 0xff);
    const noise = fc.oneof(
      fc.uint8Array(),
      fc.array(alphabet).map((b) => Uint8Array.from(b)),
    );
    fc.assert(
      fc.property(noise, (bytes) => {
        expect(readAll(bytes, writePacket("qC")).at(-1)).toEqual({ kind: "packet", payload: "qC" });
      }),
      { numRuns: 2000 },
    );
  });

  test("a packet that is longer than was agreed is refused and not kept", () => {
    const long = writePacket("a".repeat(largestPacket + 1));
    expect(readAll(long)).toEqual([{ kind: "damaged" }]);
  });
});
