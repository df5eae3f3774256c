import { describe, expect, test } from "vitest";
import { LogHistogram, noExitTimes, type StepMark } from "../../vmm/mod.ts";
import { RunLedger } from "./run-ledger.ts";
import { parseLedgerState } from "./run-ledger-state.ts";

/** A host whose clocks are told what time it is: nanoseconds since it began, at a date in milliseconds. */
function host(date: number) {
  let time = 0;
  const pass = (nanoseconds: number) => {
    time += nanoseconds;
  };
  const clock = { now: () => time, date: () => date + time / 1e6 };
  return { pass, ledger: new RunLedger(clock) };
}

/** A machine that has written to its UART so often, and took a microsecond each time. */
class WritingMachine {
  retired = 0;
  #writes = 0;
  #times = new LogHistogram();

  write(count: number): void {
    this.retired += 10 * count;
    this.#writes += count;
    for (let i = 0; i < count; i++) this.#times.record(1000);
  }

  exitCounts = () => ({ "mmio.write": this.#writes, "memory.cow": 2 * this.#writes });
  exitParts = () => ({ "mmio.write": { uart0: this.#writes } });

  takeExitTimes() {
    const histogram = this.#times.save();
    this.#times = new LogHistogram();
    return { ...noExitTimes, byCategory: { "mmio.write": histogram } };
  }
}

class Steps {
  readonly marks: StepMark[] = [];
  readonly reports: {
    state: "passed";
    waitedFor: string;
    sentence: string;
    atInstruction: number;
  }[] = [];

  decide(machine: WritingMachine, ledger: RunLedger): void {
    const { "mmio.write": writes } = machine.exitCounts();
    this.marks.push({ exits: { "mmio.write": writes }, parts: machine.exitParts() });
    const atInstruction = machine.retired;
    this.reports.push({ state: "passed", waitedFor: "", sentence: "", atInstruction });
    ledger.decided(this.reports.length - 1, machine);
  }
}

const sum = (split: object) => Object.values<number>({ ...split }).reduce((a, b) => a + b, 0);
const countOf = (report: { rows: { category: string; count: number }[] }, name: string) =>
  report.rows.find(({ category }) => category === name)?.count;

describe("RunLedger", () => {
  test("accounts for all of the time, and for each step by itself", () => {
    const { ledger, pass } = host(1e12);
    const machine = new WritingMachine();
    const script = new Steps();
    pass(5000);
    ledger.spendOn("running");
    pass(100_000);
    machine.write(7);
    script.decide(machine, ledger);
    pass(50_000);
    machine.write(3);
    ledger.spendOn("waiting");
    pass(1000);
    const { total, steps } = ledger.report(machine, script);
    expect(total.time).toEqual({
      ...{ driver: 5000, guest: 140_000, monitor: 10_000, waiting: 1000 },
      ...{ idle: 0, paused: 0 },
    });
    expect(steps.map(({ report }) => report.time)).toEqual([
      { driver: 5000, guest: 93_000, monitor: 7000, waiting: 0, idle: 0, paused: 0 },
    ]);
    expect(countOf(total, "memory.cow")).toBe(20);
    expect(steps.map(({ report }) => countOf(report, "memory.cow"))).toEqual([14]);
    expect(steps[0]?.report.rows.find(({ category }) => category === "mmio.write")).toMatchObject({
      ...{ count: 7, time: { samples: 7, total: 7000 } },
      parts: [{ name: "uart0", count: 7 }],
    });
  });

  test("what was before it came to its thread is the run's, too", () => {
    const { ledger, pass } = host(1e12);
    pass(2e6);
    ledger.begin({ preparing: 3, at: 1e12 - 5 });
    const { total } = ledger.report(new WritingMachine(), new Steps());
    expect(total.time).toMatchObject({ driver: 2e6 + 3e6, waiting: 7e6 });
  });

  test("goes on on another host, and the time between them is the run's, too", () => {
    const machine = new WritingMachine();
    const script = new Steps();
    const first = host(1e12);
    first.ledger.spendOn("running");
    first.pass(2e6);
    machine.write(4);
    script.decide(machine, first.ledger);
    first.pass(1e6);
    machine.write(5);
    const saved: unknown = JSON.parse(JSON.stringify(first.ledger.save(machine)));

    const second = host(1e12 + 10);
    second.pass(1e6);
    const state = parseLedgerState(saved);
    if (state) second.ledger.takeUp(state);
    second.ledger.spendOn("running");
    second.pass(4e6);
    machine.write(1);
    script.decide(machine, second.ledger);
    const { total, steps } = second.ledger.report(machine, script);
    expect(total.time).toMatchObject({ guest: 7e6 - 10_000, monitor: 10_000, paused: 8e6 });
    expect(sum(total.time)).toBe(15e6);
    expect(steps.map(({ report }) => sum(report.time))).toEqual([2e6, 13e6]);
    expect(steps.map(({ report }) => countOf(report, "mmio.write"))).toEqual([4, 6]);
    expect(steps.map(({ report }) => report.instructions)).toEqual([40, 60]);
    const rows = total.rows.find(({ category }) => category === "mmio.write");
    expect(rows?.time).toMatchObject({ samples: 10, total: 10_000 });
  });

  test("a run that begins as a clone has the counts of the steps before, and no time for them", () => {
    const { ledger, pass } = host(1e12);
    const machine = new WritingMachine();
    const script = new Steps();
    const template = host(1e12);
    machine.write(9);
    script.decide(machine, template.ledger);
    machine.takeExitTimes();
    ledger.spendOn("running");
    pass(3e6);
    machine.write(1);
    script.decide(machine, ledger);
    const { steps } = ledger.report(machine, script);
    expect(steps.map(({ report }) => countOf(report, "mmio.write"))).toEqual([9, 1]);
    expect(steps.map(({ report }) => sum(report.time))).toEqual([0, 3e6]);
  });

  test.each([
    undefined,
    null,
    {},
    { steps: [], open: {}, at: 1 },
    { steps: [{ times: { running: "long" } }], at: 1 },
    { steps: Array.from({ length: 1000 }, () => ({})), open: {}, at: 1 },
  ])("takes nothing up of what is no ledger: %j", (value) => {
    expect(parseLedgerState(value)).toBeUndefined();
  });

  test("begins anew with histograms that are none", () => {
    const first = host(1e12);
    const machine = new WritingMachine();
    machine.write(1);
    const state = first.ledger.save(machine);
    const broken = { counts: [[1e9, 1]], sum: 1, least: 1, most: 1, samples: 1 } as const;
    const times = { ...state.open.times, byCategory: { csr: broken } };
    const second = host(1e12);
    second.ledger.takeUp({ ...state, open: { ...state.open, times } });
    const { total } = second.ledger.report(new WritingMachine(), new Steps());
    expect(total.rows.every(({ time }) => time === undefined || time.samples === 0)).toBe(true);
  });
});
