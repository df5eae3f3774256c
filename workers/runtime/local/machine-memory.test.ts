import { expect, test } from "vitest";
import { compiler } from "../../host/compiler.ts";
import { Monitor } from "../../vmm/mod.ts";
import { machineMemory } from "./machine-memory.ts";

const MiB = 2 ** 20;

/** A program that writes a byte to each page of RAM, then powers off. */
function touchAll(ramBytes: number): Uint8Array {
  const end = 0x8000_0000 + ramBytes;
  return new Uint8Array(
    Uint32Array.of(
      0x00000297, // auipc t0, 0
      0x00001337, // lui   t1, 1
      (end & 0xfffff000) | 0x3b7, // lui   t2, end
      0x02039393, // slli  t2, t2, 32
      0x0203d393, // srli  t2, t2, 32
      0x006282b3, // add   t0, t0, t1      next:
      0x0072f663, // bgeu  t0, t2, done
      0x00628023, // sb    t1, 0(t0)
      0xff5ff06f, // j     next
      0x00100e37, // lui   t3, 0x100       done:
      0x00005337, // lui   t1, 0x5
      0x5553031b, // addiw t1, t1, 0x555
      0x006e2023, // sw    t1, 0(t3)
    ).buffer,
  );
}

test.each([4, 64, 128, 512])("a guest with %i MiB of RAM can touch all of it", (size) => {
  const ramBytes = size * MiB;
  const monitor = Monitor.create({ compiler, memoryBytes: machineMemory(ramBytes) });
  const machine = monitor.createMachine(
    {
      ramBytes,
      harts: 1,
      time: "virtual",
      seed: 0,
      virtio: [],
      boot: { firmware: "none", kernel: touchAll(ramBytes) },
    },
    { console: { write: () => {} }, disks: new Map() },
  );
  expect(machine.run(1e9)).toEqual({ kind: "power-off", code: 0 });
});

test("the largest machine fits into 4 GiB", () => {
  expect(machineMemory(3072 * MiB)).toBeLessThan(4096 * MiB);
});
