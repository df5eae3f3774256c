import { describe, expect, test } from "vitest";
import type { Line } from "../../../tests/support/assembler.ts";
import { codeShapes } from "../../../tests/support/code-shapes.ts";
import { eagerHeat } from "../../../tests/support/eager-heat.ts";
import { privilegedShapes } from "../../../tests/support/privileged-shapes.ts";
import { TranslatedProgram } from "../../../tests/support/translated-program.ts";

const machineMode = 3;
const shapes: readonly (readonly [name: string, lines: readonly Line[], privilege: number])[] = [
  ...Object.entries(codeShapes).map(([name, lines]) => [name, lines, machineMode] as const),
  ...Object.entries(privilegedShapes)
    .filter(([, { readsTime }]) => !readsTime)
    .map(([name, { lines, privilege }]) => [name, lines, privilege] as const),
];

/** @returns the first step of a program that a region can take over */
function translate(program: TranslatedProgram): number {
  program.reset();
  for (let step = 0; step < program.steps; step++) {
    program.translateHere();
    if (program.modules.length > 0) return step;
    program.h.step();
  }
  throw new Error("no place of the program can be translated");
}

/** What the hart's regions are given is seldom so little; here it is every number there is. */
describe.each(shapes)("a region of the %s", (_name, lines, privilege) => {
  test("gives pc, registers and what is left of any budget back as exact steps have them", () => {
    const program = new TranslatedProgram(lines, undefined, privilege);
    const states = program.exactStates();
    const first = translate(program);
    let longest = 0;
    for (let budget = 0; budget <= program.steps - first + 5; budget++) {
      program.reset();
      for (let i = 0; i < first; i++) program.h.step();
      expect(program.enter(budget)).toBe(true);
      const left = program.h.hart.get("budget");
      expect(left).toBeLessThanOrEqual(budget);
      const done = budget - left;
      expect(program.state(), `budget ${budget}, ${done} steps`).toEqual(states[first + done]);
      longest = Math.max(longest, done);
    }
    expect(longest).toBeGreaterThan(0);
  });

  test("begins nothing that a missing translation does not let it finish", () => {
    const program = new TranslatedProgram(lines, undefined, privilege);
    const states = program.exactStates();
    const first = translate(program);
    program.reset();
    for (let i = 0; i < first; i++) program.h.step();
    let at = first;
    // Each time the TLB is empty again: no access to memory and no other page can be reached.
    for (let n = 0; at < program.steps && n < 1000; n++) {
      const budget = 500;
      const isEntered = program.enter(budget);
      if (isEntered) at += budget - program.h.hart.get("budget");
      expect(program.state()).toEqual(states[at]);
      if (at === program.steps) break;
      program.h.step();
      at++;
      expect(program.state()).toEqual(states[at]);
      program.h.engine.flush(program.h.hart.address);
    }
    expect(at).toBe(program.steps);
  });

  test("is in every slice of a run what the interpreter is", () => {
    const program = new TranslatedProgram(lines, eagerHeat, privilege);
    const states = program.exactStates();
    for (let slice = 0; slice <= program.steps; slice++) {
      program.reset();
      program.h.run(slice);
      program.h.hart.set("budget", 0);
      expect(program.state(), `${slice} steps`).toEqual(states[slice]);
      if (slice > 0) program.h.run(program.steps - slice);
      if (slice > 0) expect(program.state()).toEqual(states[program.steps]);
    }
  });
});
