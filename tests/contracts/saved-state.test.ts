import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compiler } from "../../workers/host/compiler.ts";
import { EventQueue, type EventQueueState } from "../../workers/vmm/base/event-queue.ts";
import { GuestCounter } from "../../workers/vmm/devices/guest-counter.ts";
import { RandomStream } from "../../workers/vmm/devices/random-stream.ts";
import { UartReceiver } from "../../workers/vmm/devices/uart-receiver.ts";
import { Hart } from "../../workers/vmm/hart/hart.ts";
import { isPossible, savedFields } from "../../workers/vmm/hart/hart-state.ts";
import { hartFields } from "../../workers/vmm/isa/hart-layout.ts";
import { ConsoleTextDecoder } from "../../workers/vmm/machine/console-script-text.ts";
import { GuestClock } from "../../workers/vmm/machine/guest-clock.ts";
import { HartSchedule } from "../../workers/vmm/machine/hart-schedule.ts";
import { smallestMemoryBytes } from "../../workers/vmm/memory/layout.ts";
import { MachineMemory } from "../../workers/vmm/memory/machine-memory.ts";
import { decodeValue } from "../../workers/vmm/snapshot/decode-value.ts";
import { encodeValue } from "../../workers/vmm/snapshot/encode-value.ts";

/**
 * What every part of a machine that is no device promises (`device.test.ts` says the same of those):
 * after any use its saved state is plain data that later use does not change, and what is restored
 * from it saves the same and goes on the same.
 */
type Part = {
  /** One move of whatever it is used for; what it answers is compared. */
  readonly use: (how: number) => unknown;
  readonly save: () => unknown;
};
interface PartUnderTest {
  readonly name: string;
  readonly make: () => Part;
  readonly restore: (state: never) => Part;
}

const memory = new MachineMemory(compiler.createMemory(smallestMemoryBytes));
const harts = [new Hart(memory, 0), new Hart(memory, 1)] as const;
const others = [new Hart(memory, 0), new Hart(memory, 1)] as const;
const alarms = ["a", "b", "c"];

function eventQueue(state?: { readonly now: number; readonly events: EventQueueState }): Part {
  let now = state?.now ?? 0;
  const fired: string[] = [];
  const queue = new EventQueue(() => now);
  if (state) queue.restore(state.events);
  const all = alarms.map((name) => queue.alarm(name, (at) => fired.push(`${name} ${at}`)));
  return {
    use: (how) => {
      now += how % 4 === 3 ? how >> 4 : 0;
      if (how % 4 === 3) queue.advanceTo(now);
      else all[how % 4]?.arm(now + (how >> 2));
      return [...fired.splice(0), queue.nextDeadline() - now];
    },
    save: () => ({ now, events: queue.save() }),
  };
}

function clockOf(pair: typeof harts, state?: never): Part {
  const clock = new GuestClock(pair, undefined);
  if (state) clock.restore(state);
  return {
    use: (how) => {
      const hart = pair[how % 2] as Hart;
      clock.grant(hart, how);
      hart.set("budget", Math.floor(how / 3));
      clock.settle();
      if (how % 5 === 0) clock.skipTo(clock.now + how);
      return [clock.now, clock.steps];
    },
    save: () => clock.save(),
  };
}

function scheduleOf(pair: typeof harts, state?: never): Part {
  const schedule = new HartSchedule(pair, () => false);
  if (state) schedule.restore(state);
  return {
    use: (how) => {
      if (how % 3 === 0) schedule.wait();
      if (how % 3 === 1) schedule.yield();
      if (how % 7 === 2) schedule.choose(how % 2);
      if (schedule.next()) schedule.use(Math.min(how, schedule.quantumLeft));
      return schedule.current.id;
    },
    save: () => schedule.save(),
  };
}

function hartOf(hart: Hart, state?: never): Part {
  if (state) hart.restore(state);
  return {
    use: (how) => {
      const field = savedFields[how % savedFields.length] ?? "pc";
      const bits = hartFields[field].type === "i32" ? 32 : 64;
      const value = BigInt.asUintN(bits, BigInt(how) * 0x9e37_79b9_7f4a_7c15n);
      if (!isPossible(field, value)) return 0;
      if (bits === 32) hart.set(field, Number(value));
      else hart.setWide(field, value);
      hart.setX(how % 32, how, ~how);
      hart.countExit(how % 2 ? "csr" : "wfi");
      return hart.architecturalState();
    },
    save: () => hart.save(),
  };
}

function receiverOf(state?: never): Part {
  const receiver = new UartReceiver();
  if (state) receiver.restore(state);
  return {
    use: (how) => {
      if (how % 5 === 0) receiver.queue(Uint8Array.of(how, how >> 8));
      if (how % 5 === 1) receiver.refill();
      if (how % 5 === 2) receiver.loop(how & 0xff);
      if (how % 11 === 3) receiver.enableFifo(how % 2 === 0);
      return how % 5 === 4 ? receiver.read() : receiver.length;
    },
    save: () => receiver.save(),
  };
}

function counterOf(state?: never): Part {
  let now = 0;
  const timers = { now: () => now, alarm: () => expect.unreachable() };
  const counter = new GuestCounter(timers, 100, state ?? { offsetLow: 0, offsetHigh: 0 });
  return {
    use: (how) => {
      if (how % 3 === 0) counter.set(how * 0x1_0001, how);
      const at = now;
      now = how;
      const seen = [counter.low, counter.high];
      now = at;
      return seen;
    },
    save: () => counter.save(),
  };
}

function randomOf(random: RandomStream): Part {
  return { use: () => random.next(), save: () => random.save() };
}

function decoderOf(state?: never): Part {
  const decoder = new ConsoleTextDecoder(state);
  return { use: (how) => decoder.push(how & 0xff), save: () => decoder.save() };
}

const parts: readonly PartUnderTest[] = [
  { name: "the event queue", make: eventQueue, restore: eventQueue },
  { name: "the clock", make: () => clockOf(harts), restore: (state) => clockOf(others, state) },
  {
    name: "the schedule of harts",
    make: () => scheduleOf(harts),
    restore: (state) => scheduleOf(others, state),
  },
  {
    name: "a hart",
    make: () => hartOf(harts[0]),
    restore: (state) => hartOf(others[0], state),
  },
  { name: "the receiver of a UART", make: receiverOf, restore: receiverOf },
  { name: "a counter", make: counterOf, restore: counterOf },
  {
    name: "a random stream",
    make: () => randomOf(RandomStream.fromSeed(7)),
    restore: (state) => randomOf(RandomStream.restore(state)),
  },
  { name: "a text decoder", make: decoderOf, restore: decoderOf },
];

const uses = fc.array(fc.nat(2 ** 20), { maxLength: 40 });

describe.each(parts)("$name", ({ make, restore }) => {
  test("has the state saved when it is restored, and goes on as the original does", () => {
    fc.assert(
      fc.property(uses, uses, (before, after) => {
        const original = make();
        for (const how of before) original.use(how);
        const state = original.save();
        const stored = encodeValue(state);
        const twin = restore(decodeValue(stored) as never);
        expect(twin.save()).toEqual(state);
        for (const how of after) expect(twin.use(how)).toEqual(original.use(how));
        expect(twin.save()).toEqual(original.save());
        expect(encodeValue(state)).toEqual(stored);
      }),
    );
  });
});

test("a hart's state has every register that is saved, and refuses what none can be", () => {
  const state = harts[1].save();
  expect(Object.keys(state.registers)).toHaveLength(savedFields.length + 31 + 32);
  const refuse = (changes: Record<string, string | undefined>) => {
    const registers = { ...state.registers, ...changes } as Record<string, string>;
    if (Object.values(changes).includes(undefined)) delete registers[Object.keys(changes)[0] ?? ""];
    expect(() => others[1].restore({ ...state, registers })).toThrow(RangeError);
  };
  refuse({ privilege: "2" });
  refuse({ satp: "1000000000000000" });
  refuse({ tselect: "2" });
  refuse({ x1: "01" });
  refuse({ x1: "FF" });
  refuse({ x1: undefined });
  refuse({ x32: "0" });
});
