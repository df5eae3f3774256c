import { describe, expect, test } from "vitest";
import { compiler } from "./compiler.ts";

/** (module (import "env" "memory" (memory 1 1 shared)) (import "env" "twice" (func (param i32) (result i32)))
 *  (func (export "run") (param i32) (result i32) local.get 0 call 0 i32.load)) */
const loadAtTwice = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f],
  ...[2, 28, 2, 3, 0x65, 0x6e, 0x76, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2, 3, 1, 1],
  ...[3, 0x65, 0x6e, 0x76, 5, 0x74, 0x77, 0x69, 0x63, 0x65, 0, 0],
  ...[3, 2, 1, 0],
  ...[7, 7, 1, 3, 0x72, 0x75, 0x6e, 0, 1],
  ...[10, 11, 1, 9, 0, 0x20, 0, 0x10, 0, 0x28, 2, 0, 0x0b],
);

describe("compiler", () => {
  test("a machine memory is shared, zeroed and of the size that was asked for", () => {
    const memory = compiler.createMemory(2 * 65_536);
    expect(memory.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(memory.buffer.byteLength).toBe(131_072);
    expect(new Uint8Array(memory.buffer).every((byte) => byte === 0)).toBe(true);
  });

  test("code sees the machine memory and the imported functions", () => {
    const memory = compiler.createMemory(65_536);
    new DataView(memory.buffer).setInt32(16, 1234, true);
    const { run } = compiler.instantiate(loadAtTwice, {
      memory,
      functions: { twice: (n) => (n ?? 0) * 2 },
    });
    expect(run?.(8)).toBe(1234);
  });

  test("invalid code is refused with the host's error", () => {
    const memory = compiler.createMemory(65_536);
    expect(() => compiler.instantiate(Uint8Array.of(1, 2, 3), { memory, functions: {} })).toThrow();
  });
});
