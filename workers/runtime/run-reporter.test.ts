import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RunEvent } from "../../shared/protocol/run-event.ts";
import type { RunJournal, Told } from "./run-journal.ts";
import { RunReporter } from "./run-reporter.ts";

/** A journal that keeps what is written to it, and what it was told last. */
function notes(told: Told = { console: 0, steps: 0 }) {
  const kept = { events: [] as RunEvent[], told };
  const journal = {
    told,
    append: async (events: readonly RunEvent[], _progress: unknown, now: Told) => {
      kept.events.push(...events);
      kept.told = now;
      return true;
    },
  };
  const fail = () => expect.unreachable();
  return { kept, reporter: new RunReporter(journal as unknown as RunJournal, fail, fail) };
}

const textOf = (events: readonly RunEvent[]) =>
  events.map((event) => (event.type === "console" ? event.data.text : "")).join("");

describe("the reporter", () => {
  test("tells the console once, whole characters at a time, however often a run begins again", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: "grapheme", maxLength: 60 }),
        fc.array(fc.tuple(fc.nat(120), fc.nat(120)), { maxLength: 4 }),
        fc.integer({ min: 1, max: 7 }),
        async (text, lives, piece) => {
          const bytes = new TextEncoder().encode(text);
          let told: Told = { console: 0, steps: 0 };
          const events: RunEvent[] = [];
          // Each life begins at a checkpoint, at a place that was told, and ends somewhere.
          for (const [from, to] of [...lives, [0, bytes.length] as const]) {
            const { kept, reporter } = notes(told);
            const begin = Math.min(from, told.console);
            reporter.startAt(begin);
            const end = Math.min(to, bytes.length);
            for (let at = begin; at < end; at += piece) {
              reporter.console(bytes.subarray(at, Math.min(at + piece, end)));
            }
            await reporter.close();
            events.push(...kept.events);
            told = kept.told;
          }
          expect(textOf(events)).toBe(text);
          expect(told.console).toBe(bytes.length);
        },
      ),
    );
  });

  test("shows bytes that are no characters as such, once", async () => {
    const { kept, reporter } = notes();
    for (const byte of [0x41, 0xff, 0xe2, 0x82, 0x42, 0x80, 0x43])
      reporter.console(Uint8Array.of(byte));
    await reporter.close();
    expect(textOf(kept.events)).toBe("A\ufffd\ufffdB\ufffdC");
    expect(kept.told.console).toBe(7);
  });

  test("tells each step once", async () => {
    const { kept, reporter } = notes({ console: 0, steps: 2 });
    const event: RunEvent = { type: "resumed", data: { instructions: 1 } };
    for (const index of [0, 1, 2, 3]) reporter.step(index, index === 3 ? undefined : event);
    await reporter.close();
    expect(kept).toEqual({ events: [event], told: { console: 0, steps: 4 } });
  });
});
