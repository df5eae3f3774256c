import { describe, expect, test } from "vitest";
import { untilRedisIsLost } from "./until-redis-is-lost.ts";

const answering = { ping: async () => "PONG" };
const mute = { ping: () => new Promise(() => undefined) };
const refusing = { ping: () => Promise.reject(new Error("Connection is closed.")) };
const never = () => new AbortController().signal;

describe("untilRedisIsLost", () => {
  test.each([
    ["mute", mute],
    ["gone", refusing],
  ])("gives a Redis up that is %s, where nothing waits for it", async (_, redis) => {
    const parts = { redis, isWaitedFor: () => false, patience: 5, signal: never() };
    expect(await untilRedisIsLost(parts)).toBe(true);
  });

  test("gives a Redis up only when nothing waits for it any more", async () => {
    let looks = 0;
    const isWaitedFor = () => ++looks < 3;
    await untilRedisIsLost({ redis: refusing, isWaitedFor, patience: 5, signal: never() });
    expect(looks).toBe(3);
  });

  test.each([
    ["answers", answering],
    ["has not answered yet", mute],
  ])("ends with its signal while Redis %s", async (_, redis) => {
    const over = new AbortController();
    const { signal } = over;
    const lost = untilRedisIsLost({ redis, isWaitedFor: () => false, patience: 60_000, signal });
    setTimeout(() => over.abort(), 5);
    expect(await lost).toBe(false);
  });
});
