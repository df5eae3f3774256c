import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { elfPath } from "../../../tests/guests/guests.ts";
import { bareMetal, recordedConsole } from "../../../tests/support/run-guest.ts";
import { compiler } from "../../host/compiler.ts";
import { guestExits } from "../base/exits.ts";
import { noCode } from "../interpreter/code-cache.ts";
import { pageStates } from "../memory/ram-stage.ts";
import { codeChanges } from "../migration/code-changes.ts";
import type { Machine } from "./config.ts";
import type { MachineStage, StagedMachine } from "./machine-stage.ts";
import { Monitor } from "./monitor.ts";

const [here, there] = [0, 1].map(() =>
  Monitor.create({ compiler, memoryBytes: 128 * 2 ** 20 }),
) as [Monitor, Monitor];
const resources = { console: recordedConsole().sink, disks: new Map() };
const config = bareMetal(readFileSync(elfPath("paging")));
const unused = there.inUse;
/** What was begun there is given back, whatever becomes of it. */
afterEach(() => expect(there.inUse).toEqual(unused));

/** A machine as it stands, its pages on the stage. */
function staged(machine: Machine, stage: MachineStage): StagedMachine {
  const { resident, readZeros, sweepAt } = machine.ram.residence();
  const states = new Uint8Array(machine.ram.pages + 1);
  for (const page of resident) states[page] = pageStates.resident;
  for (const page of readZeros) states[page] = pageStates.readZeros;
  for (const { page, bytes } of machine.ram.contents(resident)) stage.pages.write(page, bytes);
  return { state: machine.save(), ram: { states, sweepAt } };
}

function start(steps: number) {
  const machine = here.createMachine(config, resources);
  machine.run(steps);
  return { machine, stage: there.stageMachine(machine.ram.pages) };
}

function outcome(machine: Machine) {
  const end = machine.run(1e9);
  const { steps } = machine;
  return { end, steps, hash: machine.stateHash(), exits: guestExits(machine.exitCounts()) };
}

test("a machine that is prepared at one instant and finished at another is the one that stayed", () => {
  const place = fc.integer({ min: 1, max: 300_000 });
  fc.assert(
    fc.property(place, fc.nat(20_000), fc.nat(2), (first, more, preparations) => {
      const isPrepared = preparations > 0;
      const { machine, stage } = start(first);
      const earlier = staged(machine, stage);
      if (isPrepared) stage.prepare(earlier.state, earlier.ram);
      if (preparations > 1) stage.rehearse(earlier);
      machine.run(more);
      const last = staged(machine, stage);
      const { dropped, code } = codeChanges(earlier.state.code, last.state.code);
      const said = { ...last, state: { ...last.state, code }, droppedCode: dropped };
      const moved = stage.finish(isPrepared ? said : last, resources);
      stage.dispose();
      expect(outcome(moved)).toEqual(outcome(machine));
      machine.dispose();
      moved.dispose();
    }),
    { numRuns: 12 },
  );
});

test("what does not fit what was prepared is refused, and all of it is given back", () => {
  const { machine, stage } = start(100_000);
  const whole = staged(machine, stage);
  const { state, ram } = whole;
  const { hardware } = state;
  stage.prepare(state, ram);
  const twoHarts = { ...state, hardware: { ...hardware, harts: 2 } };
  expect(() => stage.finish({ ...whole, state: twoHarts }, resources)).toThrow("hardware");
  const noPages = { ...ram, states: new Uint8Array(ram.states.length) };
  const nothing = { ...state, code: noCode };
  for (const [dropped, states, words] of [
    [[1], ram, "no code to be dropped"],
    [[], noPages, "no content"],
  ] as const) {
    const wrong = { state: nothing, ram: states, droppedCode: dropped };
    expect(() => stage.finish(wrong, resources), words).toThrow(words);
  }
  stage.dispose();
  machine.dispose();
});

test.each(["devices", "harts"] as const)(
  "a machine whose %s cannot be when the rest of it is made gives all of it back",
  (part) => {
    const { machine, stage } = start(100_000);
    const { state, ram } = staged(machine, stage);
    stage.prepare(state, ram);
    const harts = state.harts.map((hart) => ({ ...hart, registers: {} }));
    const wrong = { ...state, code: noCode, ...(part === "harts" ? { harts } : { devices: {} }) };
    expect(() => stage.finish({ state: wrong, ram, droppedCode: [] }, resources)).toThrow(part);
    machine.dispose();
  },
);

test("a machine that cannot be is found out when it is rehearsed, and all of it is given back", () => {
  const { machine, stage } = start(100_000);
  const earlier = staged(machine, stage);
  const { state, ram } = earlier;
  expect(() => stage.rehearse(earlier)).toThrow("prepared");
  stage.prepare(state, ram);
  stage.rehearse(earlier);
  expect(() => stage.rehearse({ state: { ...state, devices: {} }, ram })).toThrow("devices");
  stage.dispose();
  machine.dispose();
});

test("changes of what was never prepared are refused", () => {
  const { machine, stage } = start(50_000);
  const whole = staged(machine, stage);
  expect(() => stage.finish({ ...whole, droppedCode: [] }, resources)).toThrow("since when");
  stage.dispose();
  machine.dispose();
});
