import { expect, test } from "vitest";
import { busyGuest } from "../../../tests/support/busy-guest.ts";
import { bareMetal, recordedConsole, smallMonitor } from "../../../tests/support/run-guest.ts";
import { neededPages } from "./needed-pages.ts";

const ramBytes = 16 * 2 ** 20;

test("what a machine has touched last is wanted first, with the ROM and the page of `tohost`", () => {
  const machine = smallMonitor().createMachine(bareMetal(busyGuest(50), { ramBytes }), {
    console: recordedConsole().sink,
    disks: new Map(),
  });
  machine.run(10_000);
  const state = machine.save();
  const rom = ramBytes / 4096;
  const { first, next } = neededPages(state);
  expect(first).toContain(0);
  expect(first).toContain(rom);
  expect(first).not.toContain(77);
  expect(next).toContain(0);
  const htif = { tohost: 0x8000_0000 + 77 * 4096 + 64, fromhost: 0x8000_0000 };
  expect(neededPages({ ...state, hardware: { ...state.hardware, htif } }).first).toContain(77);
  machine.dispose();
});
