import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readEvents, type ServerEvent } from "./read-events.ts";

async function read(bytes: Uint8Array, size: number): Promise<ServerEvent[]> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) {
        controller.enqueue(bytes.slice(at, at + size));
      }
      controller.close();
    },
  });
  const events: ServerEvent[] = [];
  for await (const event of readEvents(body)) {
    events.push(event);
  }
  return events;
}

const encode = (text: string) => new TextEncoder().encode(text);
const stream =
  'id: 1-0\nevent: console\ndata: {"text":"größe"}\n\n: still here\n\ndata: a\ndata:b\n\n';

describe("readEvents", () => {
  test("reads id, type and data, joins lines and skips comments", async () => {
    expect(await read(encode(stream), 1000)).toEqual([
      { id: "1-0", type: "console", data: '{"text":"größe"}' },
      { id: undefined, type: "message", data: "a\nb" },
    ]);
  });

  test("gives the same events however the network cuts the stream", async () => {
    const whole = await read(encode(stream), 1000);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 80 }), async (size) => {
        expect(await read(encode(stream), size)).toEqual(whole);
      }),
    );
  });
});
