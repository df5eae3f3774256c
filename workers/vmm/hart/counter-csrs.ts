/**
 * Counters and timers (unprivileged manual, chapter 8; privileged manual, 3.1.10 to 3.1.12).
 *
 * `cycle` counts the hart's steps and `instret` those that retired. A counter is kept as the
 * distance from its count, and while `mcountinhibit` stops it, as the value at which it stands.
 */
import { type I32, type I64, i64, select } from "../base/wasm/value.ts";
import type { HartFields } from "../isa/hart-layout.ts";
import { type CsrContext, type CsrRow, fixed } from "./csr-row.ts";
import { environment, machine, supervisor } from "./privilege.ts";

const bits = { cycle: 0, time: 1, instret: 2, firstEvent: 3 } as const;
const eventCounters = 29;

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
  ({ h }: CsrContext): I32 => {
    const privilege = h.get("privilege");
    const byMachine = h.get("mcounteren").shrU(bit).wrap().and(1);
    const bySupervisor = h.get("scounteren").shrU(bit).wrap().and(1);
    const inMachine = privilege.eq(machine);
    return inMachine.or(byMachine.and(privilege.eq(supervisor).or(bySupervisor)));
  };

const isInhibited = (h: HartFields, bit: number): I32 =>
  h.get("mcountinhibit").shrU(bit).wrap().and(1);

const stepCounters = counters.flatMap(({ bit, user, machine: own, count, field }): CsrRow[] => {
  const read = ({ h }: CsrContext) =>
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
  write: ({ f, h }, value) => {
    for (const { bit, count, field } of counters) {
      const next = value.shrU(bit).wrap().and(1);
      f.if(isInhibited(h, bit).ne(next), () => {
        const after = count(h).add(1);
        h.set(field, h.get(field).add(select(next, after, i64.const(0).sub(after))));
      });
    }
    h.set("mcountinhibit", value.and((1n << BigInt(bits.cycle)) | (1n << BigInt(bits.instret))));
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
  // No events can be counted: selectors and counters are zero for good.
  ...Array.from({ length: eventCounters }, (_, i) => [
    { ...fixed(0xc03 + i, 0n), guard: guard(bits.firstEvent + i) },
    fixed(0xb03 + i, 0n),
    fixed(0x323 + i, 0n),
  ]).flat(),
];
