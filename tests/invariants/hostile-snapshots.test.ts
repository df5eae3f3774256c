import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { compiler } from "../../workers/host/compiler.ts";
import { nativeHash } from "../../workers/host/native-hash.ts";
import {
  decodeValue,
  encodeValue,
  Failure,
  type Machine,
  Monitor,
  openSnapshot,
  readSnapshot,
  type Sections,
  sealSnapshot,
  writeSnapshot,
} from "../../workers/vmm/mod.ts";
import { busyGuest } from "../support/busy-guest.ts";
import { bareMetal, recordedConsole } from "../support/run-guest.ts";
import { guestInFlight, resourcesInFlight } from "./support/guest-in-flight.ts";

/**
 * A snapshot is an upload like any other: whatever stands in it, with checksums that are right, it is
 * refused with the section's name or makes a machine that harms nobody but itself.
 */
const memoryBytes = 128 * 2 ** 20;
/** In the middle of reading its disk. */
const cut = 100_000;

let sections: Sections;
let monitor: Monitor;
let neighbour: Machine;
let neighbourHash: string;
beforeAll(() => {
  monitor = Monitor.create({ compiler, memoryBytes });
  const machine = monitor.createMachine(guestInFlight(), resourcesInFlight());
  machine.run(cut);
  sections = openSnapshot(writeSnapshot(machine)).sections;
  machine.dispose();
  neighbour = monitor.createMachine(bareMetal(busyGuest(10)), {
    console: recordedConsole().sink,
    disks: new Map(),
  });
  neighbour.run(5000);
  neighbourHash = neighbour.stateHash(nativeHash);
});

type Path = readonly (string | number)[];

/** Where a value has parts that are no lists or records. */
function leaves(value: unknown, path: Path = []): Path[] {
  if (value instanceof Uint8Array || typeof value !== "object" || value === null) return [path];
  const parts: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return [path, ...parts.flatMap(([name, part]) => leaves(part, [...path, name]))];
}

function changed(
  value: unknown,
  [first, ...rest]: Path,
  change: (old: unknown) => unknown,
): unknown {
  if (first === undefined) return change(value);
  if (Array.isArray(value)) {
    return value.map((part, i) => (i === first ? changed(part, rest, change) : part));
  }
  const record = value as Record<string, unknown>;
  return { ...record, [first]: changed(record[first], rest, change) };
}

const evil = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    1,
    2,
    3,
    0x80,
    0xffff_ffff,
    2 ** 32,
    2 ** 53 - 1,
    0.5,
  ),
  fc.constantFrom<unknown>("", "ffffffffffffffff", "8000000000000000", "1", [], {}),
  fc.uint8Array({ maxLength: 40 }),
);
/** What becomes of one leaf: something else, or a little different bytes. */
const change = fc.oneof(
  evil.map((value) => () => value),
  fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })).map(([at, byte]) => (old: unknown) => {
    if (!(old instanceof Uint8Array) || old.length === 0) return byte;
    const bytes = old.slice();
    bytes[at % bytes.length] = byte;
    return bytes;
  }),
);

/** @returns the failure that it was refused with */
function live(file: Uint8Array): Failure | undefined {
  const before = monitor.inUse;
  try {
    const { state, ram } = readSnapshot(file);
    const machine = monitor.restoreMachine(state, ram, resourcesInFlight());
    try {
      for (let slice = 0; slice < 3; slice++) {
        machine.sendConsole(Uint8Array.of(65, 10));
        machine.run(20_000);
      }
      machine.save();
      machine.stateHash(nativeHash);
    } finally {
      machine.dispose();
    }
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  } finally {
    expect(monitor.inUse).toEqual(before);
    expect(neighbour.stateHash(nativeHash)).toBe(neighbourHash);
  }
  return undefined;
}

test("a whole machine's file of which a bit is another, or the end is missing, is refused", () => {
  const file = sealSnapshot(sections);
  const damage = fc.oneof(
    fc.nat(file.length * 8 - 1).map((bit) => {
      const flipped = file.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      return flipped;
    }),
    fc.nat(file.length - 1).map((length) => file.subarray(0, length)),
  );
  fc.assert(
    fc.property(damage, (damaged) => {
      expect(() => readSnapshot(damaged)).toThrow(Failure);
    }),
    { numRuns: 200 },
  );
});

const names = [
  ...["hardware", "clock", "events", "schedule", "harts", "tlbs", "code", "started"],
  ...["devices", "ram"],
];

test("the snapshot that is changed is one that lives", () => {
  expect(live(sealSnapshot(sections))).toBeUndefined();
});

describe.each(names)("a section %s", (name) => {
  test("of which any part is another is refused, or harms nobody", () => {
    const value = decodeValue(sections.get(name) as Uint8Array);
    const paths = leaves(value);
    fc.assert(
      fc.property(fc.nat(paths.length - 1), change, (at, become) => {
        const hostile = encodeValue(changed(value, paths[at] as Path, become));
        const failure = live(sealSnapshot(new Map([...sections, [name, hostile]])));
        if (failure?.code === "snapshot-damaged") expect(failure.message).toContain("section");
      }),
      { numRuns: 60 },
    );
  });

  test("that is missing, or no value at all, is refused by its name", () => {
    const without = new Map([...sections].filter(([other]) => other !== name));
    expect(live(sealSnapshot(without))?.message).toContain(`"${name}"`);
    const nonsense = new Map([...sections, [name, Uint8Array.of(255)]]);
    expect(live(sealSnapshot(nonsense))?.message).toContain(`"${name}"`);
  });
});
