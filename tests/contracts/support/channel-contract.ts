import { describe, expect, test } from "vitest";
import type { MigrationChannel } from "../../../workers/vmm/migration/migration-channel.ts";

type Ends = readonly [MigrationChannel, MigrationChannel];

/** A frame of so many bytes, which `FrameSplitter` takes for one. */
function frame(bytes: number, mark = 0): Uint8Array {
  const made = new Uint8Array(bytes).fill(mark);
  new DataView(made.buffer).setUint32(0, bytes - 4, true);
  return made;
}

/** Waits until a condition holds that the other end brings about. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 0));
}

async function next(end: MigrationChannel): Promise<Uint8Array> {
  for (;;) {
    const received = end.receive();
    if (received) return received;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

/**
 * What is promised of every channel that a migration may use.
 *
 * @param connect makes one, with about so much room in each direction
 */
export function channelContract(name: string, connect: (room: number) => Promise<Ends>): void {
  describe(`${name} keeps the contract of channels`, () => {
    test("carries frames whole and in order, both ways", async () => {
      const [a, b] = await connect(2 ** 20);
      for (const [from, to] of [
        [a, b],
        [b, a],
      ] as const) {
        const frames = [13, 5000, 100, 70_000].map((bytes, mark) => frame(bytes, mark + 1));
        for (const one of frames) from.send(one.slice());
        for (const one of frames) {
          expect(Buffer.compare(await next(to), one)).toBe(0);
        }
        expect(to.receive()).toBeUndefined();
      }
      a.cut();
    });

    test("has no room while nobody receives, and has it again when somebody does", async () => {
      const [a, b] = await connect(2 ** 16);
      let sent = 0;
      while (a.room > 0) {
        a.send(frame(2 ** 14));
        sent++;
        expect(sent, "there is an end to its room").toBeLessThan(10_000);
      }
      expect(() => a.send(frame(20))).toThrow(RangeError);
      for (let received = 0; received < sent; received++) await next(b);
      await until(() => a.room > 0);
      a.send(frame(2 ** 14));
      await next(b);
      a.cut();
    });

    test("delivers what was sent before it was closed, and then says that it is closed", async () => {
      const [a, b] = await connect(2 ** 20);
      a.send(frame(1000));
      a.close();
      expect(a.state).toBe("closed");
      expect(a.room).toBe(0);
      a.send(frame(100));
      expect(await next(b)).toHaveLength(1000);
      await until(() => b.state === "closed");
      expect(b.receive()).toBeUndefined();
    });

    test("is cut for both sides by either", async () => {
      for (const which of [0, 1] as const) {
        const ends = await connect(2 ** 20);
        ends[which].cut();
        expect(ends[which].state).toBe("cut");
        const other = ends[1 - which] as MigrationChannel;
        await until(() => other.state === "cut");
        other.send(frame(100));
        expect(other.room).toBe(0);
      }
    });

    test("says when there is something new, and never from within a call", async () => {
      const [a, b] = await connect(2 ** 16);
      let isInside = false;
      const heard = new Set<string>();
      const listen = (name: string, end: MigrationChannel) => {
        end.onChange = () => {
          expect(isInside).toBe(false);
          heard.add(name);
        };
      };
      const within = <T>(body: () => T): T => {
        isInside = true;
        const result = body();
        isInside = false;
        return result;
      };
      // Both from the beginning: a network may have room again before anybody here has received.
      listen("b", b);
      listen("a", a);
      while (a.room > 0) within(() => a.send(frame(2 ** 14)));
      await until(() => heard.has("b"));
      await until(() => {
        within(() => b.receive());
        return a.room > 0;
      });
      await until(() => heard.has("a"));
      heard.clear();
      within(() => a.cut());
      await until(() => heard.has("b"));
    });
  });
}
