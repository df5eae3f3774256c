import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { elfWithSymbols } from "../../../tests/contracts/support/elf-with-symbols.ts";
import { FlatMemory } from "../../../tests/contracts/support/flat-memory.ts";
import { asm, assemble, type Line, loadConstant } from "../../../tests/support/assembler.ts";
import { bareMetal, recordedConsole, smallMonitor } from "../../../tests/support/run-guest.ts";
import type { FinisherRequest } from "../devices/test-finisher.ts";
import { findHtif } from "./find-htif.ts";
import { Htif } from "./htif.ts";

const tohost = 0x8000_1000;
const fromhost = 0x8000_1040;

function makeHtif() {
  const memory = new FlatMemory();
  const console = recordedConsole();
  const ends: FinisherRequest[] = [];
  const input: number[] = [];
  const onStop = (request: FinisherRequest) => void ends.push(request);
  const htif = new Htif({
    tohost,
    fromhost,
    memory,
    console: console.sink,
    takeInput: () => input.shift(),
    onStop,
  });
  const word = (address: number) => memory.view(address, 8);
  const send = (value: bigint) => {
    word(tohost).setBigUint64(0, value, true);
    htif.poll();
  };
  const answer = () => word(fromhost).getBigUint64(0, true);
  return { htif, memory, console, ends, input, word, send, answer };
}

describe("Htif", () => {
  test.each([
    [1n, 0],
    [3n, 1],
    [(77n << 1n) | 1n, 77],
    [(256n << 1n) | 1n, 255],
    [0xffff_ffff_ffffn, 255],
  ])("%d in tohost ends the run with status %d", (value, code) => {
    const { send, ends } = makeHtif();
    send(value);
    expect(ends).toEqual([{ kind: "power-off", code }]);
  });

  test("prints the bytes that the console device is sent, and takes each command", () => {
    const { send, word, answer, console } = makeHtif();
    for (const letter of "pass\n") {
      send(0x0101_0000_0000_0000n | BigInt(letter.charCodeAt(0)));
      expect(word(tohost).getBigUint64(0, true)).toBe(0n);
      expect(answer() >> 48n).toBe(0x0101n);
    }
    expect(console.text()).toBe("pass\n");
  });

  test("writes for a system call and gives the length back", () => {
    const { send, word, answer, memory, console } = makeHtif();
    memory.write(
      0x8000_3000,
      Uint8Array.from("by call", (letter) => letter.charCodeAt(0)),
    );
    for (const [index, value] of [64, 1, 0x8000_3000, 7].entries()) {
      word(0x8000_2000 + 8 * index).setBigUint64(0, BigInt(value), true);
    }
    send(0x8000_2000n);
    expect(console.text()).toBe("by call");
    expect(word(0x8000_2000).getBigInt64(0, true)).toBe(7n);
    expect(answer()).toBe(1n);
  });

  test("reads a key that is there at once, and answers later where there is none yet", () => {
    const { htif, send, answer, input, word } = makeHtif();
    input.push(0x41, 0x42);
    send(0x0100_0000_0000_0000n);
    expect(answer()).toBe(0x0100_0000_0000_0141n);
    input.length = 0;
    word(fromhost).setBigUint64(0, 0n, true);
    send(0x0100_0000_0000_0000n);
    expect([answer(), htif.save()]).toEqual([0n, { isReading: true }]);
    htif.receive();
    expect(answer()).toBe(0n);
    const other = makeHtif();
    other.htif.restore(htif.save());
    for (const one of [{ htif, input, answer }, other]) {
      one.input.push(0x7e, 0x7f);
      one.htif.receive();
      one.htif.receive();
      expect(one.answer()).toBe(0x0100_0000_0000_017en);
      expect(one.input).toEqual([0x7f]);
    }
  });

  test("whatever the guest leaves there, it neither throws nor writes elsewhere", () => {
    const number = fc.oneof(
      fc.constantFrom(64n, 93n, 1n),
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    );
    const pointer = fc.constantFrom(0x8000_2000n, 0x8000_1000n, 0x800f_fff8n, 0x7fff_fff8n, 0n);
    fc.assert(
      fc.property(fc.oneof(number, pointer), fc.array(fc.oneof(number, pointer)), (value, call) => {
        const { send, word, memory } = makeHtif();
        for (const [index, argument] of call.slice(0, 4).entries()) {
          word(0x8000_2000 + 8 * index).setBigUint64(0, argument, true);
        }
        memory.write(0x8000_5000, Uint8Array.of(0xaa));
        send(value);
        expect(memory.view(0x8000_5000, 1).getUint8(0)).toBe(0xaa);
      }),
    );
  });
});

describe("findHtif", () => {
  const segments = [
    { address: 0x8000_0000, bytes: Uint8Array.of(1), memoryBytes: 0x2000, virtualAddress: 2 ** 40 },
  ];
  test("translates the symbols as the segments are loaded", () => {
    const symbols = { tohost: 2 ** 40 + 0x1000, fromhost: 2 ** 40 + 0x1040 };
    const file = elfWithSymbols(2 ** 40, segments, symbols);
    expect(findHtif(file, 2 ** 20)).toEqual({ tohost, fromhost });
  });

  test.each([
    ["not aligned", 0x8000_1004],
    ["outside of RAM", 0x9000_0000],
    ["negative", 2 ** 63],
  ])("takes no word that is %s", (_what, address) => {
    const file = elfWithSymbols(0x8000_0000, segments, { tohost: address });
    expect(findHtif(file, 2 ** 20)).toBeUndefined();
  });
});

describe("a machine", () => {
  const monitor = smallMonitor();
  const start = (program: readonly Line[]) => {
    const bytes = assemble(0x8000_0000, program);
    const data = { address: tohost, bytes: new Uint8Array(0), memoryBytes: 0x1000 };
    const kernel = elfWithSymbols(0x8000_0000, [{ address: 0x8000_0000, bytes }, data], {
      tohost,
      fromhost,
    });
    const console = recordedConsole();
    const vm = monitor.createMachine(bareMetal(kernel), {
      console: console.sink,
      disks: new Map(),
    });
    return { vm, console };
  };
  const print = (letter: string): Line[] => [
    ...loadConstant(6, (0x0101n << 48n) | BigInt(letter.charCodeAt(0))),
    asm("sd", { rs1: 5, rs2: 6 }),
    asm("ld", { rd: 7, rs1: 5 }),
    // Taken already: the command ends with the instruction that gives it.
    asm("bne", { rs1: 7, to: "failed" }),
  ];
  const program: Line[] = [
    ...loadConstant(5, tohost),
    // The page is written before and between commands, so that a cached translation would show.
    asm("sd", { rs1: 5, rs2: 5, imm: 8 }),
    ...print("o"),
    ...print("k"),
    asm("sw", { rs1: 5, rs2: 5, imm: 16 }),
    ...loadConstant(6, 1),
    asm("sw", { rs1: 5, rs2: 6 }),
    "again",
    asm("sw", { rs1: 5, rs2: 0, imm: 4 }),
    asm("jal", { to: "again" }),
    "failed",
    ...loadConstant(6, 3),
    asm("amoswap.d", { rd: 0, rs1: 5, rs2: 6 }),
    asm("jal", { to: "failed" }),
  ];

  test("obeys tohost at the very instruction, however it is sliced", () => {
    const outcomes = [1e6, 1, 3].map((slice) => {
      const { vm, console } = start(program);
      let reason = vm.run(slice);
      while (reason.kind === "budget") reason = vm.run(slice);
      const outcome = { reason, text: console.text(), retired: vm.retired, hash: vm.stateHash() };
      vm.dispose();
      return outcome;
    });
    expect(outcomes[0]).toMatchObject({ reason: { kind: "power-off", code: 0 }, text: "ok" });
    expect(outcomes[1]).toEqual(outcomes[0]);
    expect(outcomes[2]).toEqual(outcomes[0]);
  });

  test("sees an atomic store, too", () => {
    const { vm } = start([...loadConstant(5, tohost), ...program.slice(-4)]);
    expect(vm.run(1000)).toEqual({ kind: "power-off", code: 1 });
    vm.dispose();
  });
});
