import { describe, expect, test } from "vitest";
import { failureCode } from "../../../tests/contracts/support/failure-code.ts";
import { asm, type Line, loadConstant } from "../../../tests/support/assembler.ts";
import { bareMetal, recordedConsole, smallMonitor } from "../../../tests/support/run-guest.ts";
import { NetHub } from "../devices/network/net-hub.ts";
import type { VirtioConfig } from "./config.ts";
import { macOf } from "./mac-of.ts";

const monitor = smallMonitor();
const uart = 0x1000_0000;
const slot = (index: number) => 0x1000_1000 + 0x1000 * index;

/** Prints, as letters, device type and MAC byte 5 of each slot, then powers off. */
const listSlots = (slots: readonly number[]): Line[] => [
  ...loadConstant(5, uart),
  ...slots.flatMap((index) => [
    ...loadConstant(6, slot(index)),
    asm("lw", { rd: 7, rs1: 6, imm: 8 }),
    asm("addi", { rd: 7, rs1: 7, imm: 48 }),
    asm("sb", { rs1: 5, rs2: 7 }),
    asm("lbu", { rd: 7, rs1: 6, imm: 0x105 }),
    asm("sb", { rs1: 5, rs2: 7 }),
  ]),
  ...loadConstant(6, 0x10_0000),
  ...loadConstant(7, 0x5555),
  asm("sw", { rs1: 6, rs2: 7 }),
];

function start(virtio: readonly VirtioConfig[], program = listSlots([0, 1, 2, 3])) {
  const console = recordedConsole();
  const networks = new Map([["hub", new NetHub().port()]]);
  const consoles = new Map([["own", recordedConsole().sink]]);
  const resources = { console: console.sink, disks: new Map(), networks, consoles };
  return { vm: monitor.createMachine(bareMetal(program, { virtio }), resources), console };
}

describe("virtio devices of a machine", () => {
  test("sit in the slots that the configuration gives them, cards with addresses in a row", () => {
    const { vm, console } = start([
      { kind: "net", slot: 3, network: "loopback" },
      { kind: "net", slot: 1, network: "hub", packed: true },
      { kind: "console", slot: 0, takesInput: false },
    ]);
    expect(vm.run(1e6)).toEqual({ kind: "power-off", code: 0 });
    expect(console.text()).toBe("3\x001\x570\x001\x56");
    vm.dispose();
  });

  test("a console that takes the input takes it from the UART", () => {
    const readUart: Line[] = [
      ...loadConstant(5, uart),
      asm("lbu", { rd: 7, rs1: 5, imm: 5 }),
      asm("sb", { rs1: 5, rs2: 7 }),
      ...listSlots([]),
    ];
    const stateWith = (device: object) => {
      const consoleDevice = { kind: "console", slot: 0, takesInput: true, ...device } as const;
      const { vm, console } = start([consoleDevice], readUart);
      vm.sendConsole(Uint8Array.of(65));
      vm.run(1e6);
      vm.dispose();
      return console.text().charCodeAt(0) & 1;
    };
    expect(stateWith({})).toBe(0);
    expect(stateWith({ takesInput: false })).toBe(1);
    // One with a far end of its own is fed from there, and the UART as ever.
    expect(stateWith({ console: "own" })).toBe(1);
  });

  test.each<[string, VirtioConfig]>([
    ["network-missing", { kind: "net", slot: 0, network: "elsewhere" }],
    ["console-missing", { kind: "console", slot: 0, takesInput: true, console: "elsewhere" }],
    ["mac-invalid", { kind: "net", slot: 0, network: "none", mac: "52:54:00:12:34" }],
    ["mac-invalid", { kind: "net", slot: 0, network: "none", mac: "53:54:00:12:34:56" }],
    ["mac-invalid", { kind: "net", slot: 0, network: "none", mac: "" }],
  ])("%s is said before anything is built", (code, device) => {
    expect(failureCode(() => start([device]))).toBe(code);
  });

  test("an address may be given", () => {
    const card = { kind: "net", slot: 0, network: "none", mac: "02:aB:00:00:00:ff" } as const;
    expect([...macOf(card, 3)]).toEqual([0x02, 0xab, 0, 0, 0, 0xff]);
  });
});
