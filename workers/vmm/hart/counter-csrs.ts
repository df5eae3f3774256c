/**
 * Counters and timers (unprivileged manual, chapter 8; privileged manual, 3.1.10 to 3.1.12).
 *
 * `cycle` counts the hart's steps and `instret` those that retired. A counter is kept as the
 * distance from its count, and while `mcountinhibit` stops it, as the value at which it stands.
 * Of the event counters, 16 can count either, with Sscofpmf: see `event-counters.ts`.
 */
import { type I32, type I64, i64, select } from "../base/wasm/value.ts";
import { eventCounters, firstEventCounter, type HartFields } from "../isa/hart-layout.ts";
import { type CsrReader, type CsrRow, fixed } from "./csr-row.ts";
import { counterEvent, countOf } from "./event-counters.ts";
import { environment, machine, supervisor } from "./privilege.ts";

const bits = { cycle: 0, time: 1, instret: 2 } as const;
/** Counters that the manual has numbers for. */
const numberedCounters = 32;
const inhibitable =
  (1n << BigInt(bits.cycle)) |
  (1n << BigInt(bits.instret)) |
  (((1n << BigInt(eventCounters)) - 1n) << BigInt(firstEventCounter));

/** Steps before the present one, for which the budget has been charged already. */
const steps = (h: HartFields): I64 => h.get("stepsEnd").sub(h.get("budget").extendU()).sub(1);
const retired = (h: HartFields): I64 => steps(h).sub(h.get("exceptions"));
/** `mtime` ticks at 10 MHz: one tick is 100 ns of guest time. */
const time = (h: HartFields): I64 =>
  h.get("clockEnd").sub(h.get("budget").extendU()).divU(i64.const(100)).add(h.get("timeOffset"));

const counters = [
  { bit: bits.cycle, user: 0xc00, machine: 0xb00, count: steps, field: "mcycleOffset" },
  { bit: bits.instret, user: 0xc02, machine: 0xb02, count: retired, field: "minstretOffset" },
] as const;

/** Readable below machine mode where `mcounteren` and `scounteren` allow it. */
const guard =
  (bit: number) =>
  ({ h }: CsrReader): I32 => {
    const privilege = h.get("privilege");
    const byMachine = h.get("mcounteren").shrU(bit).wrap().and(1);
    const bySupervisor = h.get("scounteren").shrU(bit).wrap().and(1);
    const inMachine = privilege.eq(machine);
    return inMachine.or(byMachine.and(privilege.eq(supervisor).or(bySupervisor)));
  };

const isInhibited = (h: HartFields, bit: number): I32 =>
  h.get("mcountinhibit").shrU(bit).wrap().and(1);

const stepCounters = counters.flatMap(({ bit, user, machine: own, count, field }): CsrRow[] => {
  const read = ({ h }: CsrReader) =>
    select(isInhibited(h, bit), h.get(field), count(h).add(h.get(field)));
  return [
    { number: user, read, guard: guard(bit) },
    {
      number: own,
      read,
      // The next instruction reads what this one writes (unprivileged manual, 8.1).
      write: ({ h }, value) =>
        h.set(field, select(isInhibited(h, bit), value, value.sub(count(h)).sub(1))),
    },
  ];
});

const inhibition: CsrRow = {
  number: 0x320,
  read: ({ h }) => h.get("mcountinhibit"),
  // Takes effect behind this instruction, as a write of a counter does.
  write: ({ f, h, changeCounters }, value) => {
    for (const { bit, count, field } of counters) {
      const next = value.shrU(bit).wrap().and(1);
      f.if(isInhibited(h, bit).ne(next), () => {
        const after = count(h).add(1);
        h.set(field, h.get(field).add(select(next, after, i64.const(0).sub(after))));
      });
    }
    changeCounters(() => h.set("mcountinhibit", value.and(inhibitable)));
  },
};

/** A selector that names no event counts nothing: it becomes 0. */
const legalEvent = (value: I64): I64 => {
  const { cycles, instructions, selector, ...flags } = counterEvent;
  const selected = value.and(selector);
  const isKnown = selected.eq(cycles).or(selected.eq(instructions));
  const kept = value.and(Object.values(flags).reduce((all, flag) => all | flag));
  return kept.or(select(isKnown, selected, i64.const(0)));
};

function eventCounter(index: number): CsrRow[] {
  const number = firstEventCounter + index;
  const field = `mhpmcounter${number}` as "mhpmcounter3";
  const event = `mhpmevent${number}` as "mhpmevent3";
  const read = ({ h }: CsrReader) => {
    const isRunning = h.get("countersRunning").shrU(index).and(1);
    // The instruction that reads is not counted yet.
    const counted = h.get(field).add(countOf(h, h.get(event)).sub(1));
    return select(isRunning, counted, h.get(field));
  };
  return [
    { number: 0xc00 + number, read, guard: guard(number) },
    {
      number: 0xb00 + number,
      read,
      write: ({ h, changeCounters }, value) => changeCounters(() => h.set(field, value)),
    },
    {
      number: 0x320 + number,
      read: ({ h }) => h.get(event),
      write: ({ h, changeCounters }, value) =>
        changeCounters(() => h.set(event, legalEvent(value))),
    },
  ];
}

/** The overflow flags of all selectors; below machine mode, of counters that may be read there. */
const overflows: CsrRow = {
  number: 0xda0,
  read: ({ h }) => {
    const flags = Array.from({ length: eventCounters }, (_, index) => {
      const number = firstEventCounter + index;
      return h
        .get(`mhpmevent${number}` as "mhpmevent3")
        .shrU(63)
        .shl(number);
    }).reduce((all, flag) => all.or(flag));
    const isMachine = h.get("privilege").eq(machine);
    return flags.and(select(isMachine, i64.const(-1), h.get("mcounteren")));
  },
};

/** The comparator of `SupervisorTimer` (Sstc): below machine mode only where it is switched on. */
const supervisorTimer: CsrRow = {
  number: 0x14d,
  guard: ({ h }) => {
    const isOn = h.get("menvcfg").and(environment.stce).ne(0);
    const mayReadTime = h.get("mcounteren").shrU(bits.time).wrap().and(1);
    return h.get("privilege").eq(machine).or(isOn.and(mayReadTime));
  },
  read: ({ h }) => h.get("stimecmp"),
  write: ({ h, timerChanged }, value) => {
    h.set("stimecmp", value);
    timerChanged();
  },
};

export const counterCsrs: readonly CsrRow[] = [
  ...stepCounters,
  { number: 0xc01, read: ({ h }) => time(h), guard: guard(bits.time) },
  inhibition,
  supervisorTimer,
  overflows,
  ...Array.from({ length: eventCounters }, (_, index) => eventCounter(index)).flat(),
  // The others are zero for good.
  ...Array.from({ length: numberedCounters - firstEventCounter - eventCounters }, (_, i) => {
    const number = firstEventCounter + eventCounters + i;
    return [
      { ...fixed(0xc00 + number, 0n), guard: guard(number) },
      fixed(0xb00 + number, 0n),
      fixed(0x320 + number, 0n),
    ];
  }).flat(),
];
