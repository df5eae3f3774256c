import { describe, expect, test } from "vitest";
import { compiler } from "../../workers/host/compiler.ts";
import { nativeHash } from "../../workers/host/native-hash.ts";
import { codePagesFor, codePoolPages, pageBytes } from "../../workers/vmm/memory/layout.ts";
import { type Machine, type MachineResources, Monitor } from "../../workers/vmm/mod.ts";
import { asm, assemble, loadConstant } from "../support/assembler.ts";
import { busyGuest } from "../support/busy-guest.ts";
import { eagerHeat } from "../support/eager-heat.ts";
import { engines } from "../support/engines.ts";
import { bareMetal, recordedConsole, smallMonitor } from "../support/run-guest.ts";

/** What machines take of their monitor's pools is theirs alone, and comes back with them. */
const mebibyte = 2 ** 20;
const base = 0x8000_0000;
const memoryBytes = 640 * mebibyte;
const codePages = codePagesFor((4 * mebibyte) / pageBytes);
const quiet = (): MachineResources => ({ console: recordedConsole().sink, disks: new Map() });

/** Goes through so many pages of code, over and over, and through one that was never written. */
function codeHog(pages: number): Uint8Array {
  const bytes = new Uint8Array(pages * pageBytes);
  const nothing = base + (pages + 3) * pageBytes;
  for (let page = 0; page < pages; page++) {
    const at = base + page * pageBytes;
    const isLast = page === pages - 1;
    const begin =
      page === 0 ? [asm("auipc", { rd: 8 }), asm("addi", { rd: 5, rs1: 5, imm: 1 })] : [];
    const hop = asm("jal", { imm: pageBytes - begin.length * 4 });
    const back = [
      // The page of zeros is an illegal instruction, which leads back to the beginning.
      asm("csrrw", { rs1: 8, csr: 0x305 }),
      ...loadConstant(9, nothing),
      asm("jalr", { rs1: 9 }),
    ];
    bytes.set(assemble(at, [...begin, ...(isLast ? back : [hop])]), page * pageBytes);
  }
  return bytes;
}

describe.each(engines)("with the engine %s", (engine) => {
  const run = (pages: number, others: number, slice: number) => {
    const monitor = smallMonitor(memoryBytes);
    const machine = (size: number) =>
      monitor.createMachine(bareMetal(codeHog(size), { engine }), quiet());
    const rest = Array.from({ length: others }, () => machine(codePages + 40));
    const vm = machine(pages);
    const steps = 20_000;
    for (let done = 0; done < steps; done += slice) {
      for (const other of rest) other.run(slice);
      vm.run(Math.min(slice, steps - done));
    }
    return {
      exits: vm.exitCounts(),
      hash: vm.stateHash(nativeHash),
      used: monitor.inUse.codePages,
    };
  };
  const most = codePoolPages(memoryBytes);
  const others = Math.floor(most / codePages) - 1;

  test.each([20, codePages + 20])(
    "exits of a VM with %i pages of code are the same alone and beside VMs that fill the pool",
    (pages) => {
      const alone = run(pages, 0, 20_000);
      const beside = run(pages, others, 1777);
      expect(beside.used).toBeGreaterThan(most - 3 * codePages);
      expect(beside.exits).toEqual(alone.exits);
      expect(beside.hash).toBe(alone.hash);
      expect(alone.exits.translate).toBeGreaterThan(pages);
    },
  );
});

test("thousands of short machines, all of them translated, leave every pool as it was", () => {
  const monitor = Monitor.create({ compiler, memoryBytes: 128 * mebibyte, heat: eagerHeat });
  const kernel = busyGuest(2);
  const before = monitor.inUse;
  for (let count = 0; count < 2000; count++) {
    const vm = monitor.createMachine(bareMetal(kernel), quiet());
    // Some end by themselves, some are cut off in the middle.
    vm.run(count % 3 === 0 ? 100 + count : 1e6);
    vm.dispose();
  }
  expect(monitor.translations.regions).toBeGreaterThan(1000);
  expect(monitor.inUse).toEqual(before);
});

test("machines disposed of in any order leave every pool as it was", () => {
  const monitor = Monitor.create({ compiler, memoryBytes: 128 * mebibyte, heat: eagerHeat });
  const before = monitor.inUse;
  let living: Machine[] = [];
  for (let round = 0; round < 60; round++) {
    living.push(monitor.createMachine(bareMetal(busyGuest(2 + (round % 3))), quiet()));
    for (const vm of living) vm.run(150 + 13 * round);
    const [gone] = living.splice((round * 7) % living.length, round % 2);
    gone?.dispose();
    if (living.length === 8) {
      for (const vm of living) vm.dispose();
      living = [];
    }
  }
  for (const vm of living) vm.dispose();
  expect(monitor.inUse).toEqual(before);
});
