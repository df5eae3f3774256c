import { expect, test } from "vitest";
import { compiler } from "../../host/compiler.ts";
import { nativeHash } from "../../host/native-hash.ts";
import { GuestRam } from "../memory/guest-ram.ts";
import { smallestMemoryBytes } from "../memory/layout.ts";
import { MachineMemory } from "../memory/machine-memory.ts";
import { stateHash } from "./state-hash.ts";

const memory = new MachineMemory(compiler.createMemory(smallestMemoryBytes));
const base = 0x8000_0000;
const create = () =>
  new GuestRam({
    ...{ memory, base, bytes: 65_536, limit: 16 },
    tlbs: {
      flush() {},
      withdrawWrites() {},
      withdrawData() {},
      fetchSlots: () => [],
      noteShared() {},
      redirectReads() {},
    },
    onCodeWrite() {},
    onSweepDue() {},
  });

test("a page of zeros counts like one that was never touched", () => {
  const [touched, fresh] = [create(), create()];
  touched.write(base + 4096, Uint8Array.of(1));
  expect(stateHash({}, touched)).not.toBe(stateHash({}, fresh));
  touched.write(base + 4096, Uint8Array.of(0));
  expect(stateHash({}, touched)).toBe(stateHash({}, fresh));
});

test("the same bytes on another page, or in another place, are another state", () => {
  const hashes = [base, base + 4096, base + 1].map((address) => {
    const ram = create();
    ram.write(address, Uint8Array.of(9));
    return stateHash({}, ram);
  });
  expect(new Set(hashes).size).toBe(3);
});

test("components count by name and value, not by the order in which they were written", () => {
  const ram = create();
  const state = { a: 1, b: { x: [1, 2], y: new Uint8Array([3]) }, c: 5n };
  const same = { c: 5n, b: { y: new Uint8Array([3]), x: [1, 2] }, a: 1, d: undefined };
  expect(stateHash(same, ram)).toBe(stateHash(state, ram));
  expect(stateHash({ ...state, a: 2 }, ram)).not.toBe(stateHash(state, ram));
  expect(stateHash({ ...state, b: { x: [2, 1], y: state.b.y } }, ram)).not.toBe(
    stateHash(state, ram),
  );
});

test("it is SHA-256 in lower-case hexadecimal, by whoever computes it", () => {
  const ram = create();
  ram.write(
    base + 5,
    Uint8Array.from({ length: 9000 }, (_, i) => i),
  );
  const hash = stateHash({ a: 1 }, ram);
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(stateHash({ a: 1 }, ram, nativeHash)).toBe(hash);
});
