import fc from "fast-check";
import { expect, test } from "vitest";
import { type DebugState, parseDebugState } from "./debug-state.ts";

const saved: DebugState = {
  ...{ session: "one", epoch: 2, stops: 5, used: 12.5, passing: 1 },
  points: {
    breakpoints: ["80000000"],
    watchpoints: [{ kind: "store", address: "ffffffff80002000", bytes: 8 }],
  },
  phase: { kind: "stopped", why: { kind: "watchpoint", access: "store", address: "10" }, hart: 1 },
};

test("what was saved is read as it was", () => {
  expect(parseDebugState(JSON.parse(JSON.stringify(saved)))).toEqual(saved);
  const { passing: _, ...running } = { ...saved, phase: { kind: "running" } };
  expect(parseDebugState(running)).toEqual(running);
});

test("anything else is no debugger", () => {
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(saved)), fc.anything(), (key, value) => {
      const read = parseDebugState({ ...saved, [key]: value });
      // What is still one must be fit for use.
      for (const address of read?.points.breakpoints ?? []) BigInt(`0x${address}`);
      return read === undefined || typeof read.phase.kind === "string";
    }),
  );
  for (const value of [undefined, null, 5, "x", [], {}, { ...saved, phase: { kind: "stopped" } }]) {
    expect(parseDebugState(value)).toBe(undefined);
  }
});
