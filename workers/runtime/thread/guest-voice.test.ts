import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Machine } from "../../vmm/mod.ts";
import { GuestVoice } from "./guest-voice.ts";
import type { RunMessage } from "./thread-protocol.ts";

const limits = { instructions: 1e9, memoryBytes: 2 ** 20, outputBytes: 50_000, wallClock: 1e9 };
const steps = [{ kind: "exit-code", code: 0, within: 1e6 }] as const;

/** Alarms that nobody fires: the script hears everything and decides nothing. */
function quietMachine(retired = 0): Machine {
  const alarm = () => ({ arm: () => undefined, disarm: () => undefined, isArmed: true });
  const timers = { now: () => 0, alarm };
  const counts = { exitCounts: () => ({}), exitParts: () => ({}) };
  const rest = { retired, sendConsole: () => 0, stop: () => undefined };
  return { timers, ...rest, ...counts } as unknown as Machine;
}

function voice(clock: () => number = () => 0) {
  const messages: RunMessage[] = [];
  const made = new GuestVoice(
    { steps, limits },
    { post: (message) => messages.push(message), now: clock },
  );
  return { voice: made, messages };
}

const said = (messages: readonly RunMessage[]) =>
  messages.flatMap((message) => (message.type === "console" ? [...message.bytes] : []));

describe("what a guest says", () => {
  test("is posted once, in order, also across drivers that take it up from each other", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 }), (parts) => {
        const all: number[] = [];
        let last: ReturnType<typeof voice> | undefined;
        for (const part of parts) {
          const next = voice();
          const machine = quietMachine();
          const state = last && { ...last.voice.save(), used: 0, retired: 0, disks: [] };
          if (state) next.voice.takeUp(machine, state);
          else next.voice.begin(machine);
          for (const byte of part) next.voice.print(byte);
          next.voice.flush(machine, 0, true);
          all.push(...said(next.messages));
          last = next;
        }
        expect(all).toEqual(parts.flatMap((part) => [...part]));
        if (last) expect(last.voice.consoleBytes).toBe(all.length);
      }),
    );
  });

  test("says of a run that is interpreted that it is, and stays so in whichever driver takes it up", () => {
    const post = () => undefined;
    const first = new GuestVoice(
      { steps, limits, withoutTranslation: true },
      { post, now: () => 0 },
    );
    const state = { ...first.save(), used: 0, retired: 0, disks: [] };
    const { voice: next } = voice();
    expect(next.isTranslated).toBe(true);
    next.takeUp(quietMachine(), state);
    expect(next.isTranslated).toBe(false);
    expect(next.report({ kind: "hung" })).toMatchObject({ withoutTranslation: true });
    expect(voice().voice.report({ kind: "hung" })).not.toHaveProperty("withoutTranslation");
  });

  test("ends where it may not go on: the byte counts, and is not said", () => {
    const { voice: own, messages } = voice();
    const machine = quietMachine();
    own.begin(machine);
    const fits = Array.from({ length: limits.outputBytes }, () => own.print(65));
    expect(fits.every((one) => one)).toBe(true);
    expect(own.isFlood).toBe(false);
    expect(own.print(65)).toBe(false);
    expect(own.isFlood).toBe(true);
    own.flush(machine, 0, true);
    expect(said(messages)).toHaveLength(limits.outputBytes);
  });

  test("is heard of ten times a second where it is nothing, and at once where it is the last", () => {
    let now = 0;
    const { voice: own, messages } = voice(() => now);
    const machine = quietMachine(7);
    own.begin(machine);
    for (now = 0; now < 1000; now += 10) own.flush(machine, now, false);
    expect(messages).toHaveLength(10);
    own.flush(machine, 1000, true);
    expect(messages.at(-1)).toEqual({ type: "progress", instructions: 7, step: 0, used: 1000 });
  });
});
