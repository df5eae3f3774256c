import { expect, test } from "vitest";
import { RandomStream } from "./random-stream.ts";

test("a seed always gives the same bytes, whatever the sizes they are asked for", () => {
  const whole = new Uint8Array(16);
  RandomStream.fromSeed(42).fill(whole);
  const parts = [new Uint8Array(4), new Uint8Array(8), new Uint8Array(4)];
  const stream = RandomStream.fromSeed(42);
  for (const part of parts) {
    stream.fill(part);
  }
  expect(parts.flatMap((part) => [...part])).toEqual([...whole]);
});

test("neighbouring seeds give unrelated streams", () => {
  const first = [0, 1, 2, 3].map((seed) => RandomStream.fromSeed(seed).next());
  expect(new Set(first).size).toBe(4);
  for (const word of first) {
    expect(word).toBeGreaterThan(0xffff);
  }
});

test("about half of all bits are ones", () => {
  const bytes = new Uint8Array(8_192);
  RandomStream.fromSeed(1).fill(bytes);
  const ones = bytes.reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);
  expect(Math.abs(ones / (bytes.length * 8) - 0.5)).toBeLessThan(0.01);
});

test("a restored stream goes on where the saved one was", () => {
  const stream = RandomStream.fromSeed(7);
  stream.next();
  const restored = RandomStream.restore(stream.save());
  expect([restored.next(), restored.next()]).toEqual([stream.next(), stream.next()]);
});
