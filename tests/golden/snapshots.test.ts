import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { compiler } from "../../workers/host/compiler.ts";
import { Monitor, guestExits, readSnapshot } from "../../workers/vmm/mod.ts";
import { goldenPath } from "../guests/guests.ts";
import {
  goldenConfig,
  goldenInput,
  goldenPlace,
  goldenResources,
} from "./snapshots/golden-run.ts";

/** A snapshot that was written once must load for ever: one of each format is kept. */
const folder = new URL("snapshots/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".snapshot.gz"));
const most = 10 ** 7;

function monitor(): Monitor {
  return Monitor.create({ compiler, memoryBytes: 128 * 2 ** 20 });
}

/** Exits of the guest, and the state in which it ended. */
function ending(machine: ReturnType<Monitor["createMachine"]>) {
  const reason = machine.run(most);
  const exits = guestExits(machine.exitCounts());
  return { reason, exits, hash: machine.stateHash() };
}

describe.each(files)("%s", (name) => {
  const file = gunzipSync(readFileSync(new URL(name, folder)));

  test("loads, and ends as the run that was never saved", () => {
    const whole = goldenResources();
    const machine = monitor().createMachine(goldenConfig(), whole.resources);
    machine.sendConsole(goldenInput);
    machine.run(goldenPlace);
    const printed = whole.text().length;

    const later = goldenResources();
    const { state, ram } = readSnapshot(file);
    const restored = monitor().restoreMachine(state, ram, later.resources);
    expect(restored.steps).toBe(goldenPlace);
    expect(restored.stateHash()).toBe(machine.stateHash());
    expect(ending(restored)).toEqual(ending(machine));
    expect(whole.text()).toBe(readFileSync(goldenPath("hello"), "utf8"));
    expect(later.text()).toBe(whole.text().slice(printed));
  });
});

test("there is a snapshot of the present format", () => {
  expect(files.length).toBeGreaterThan(0);
});
