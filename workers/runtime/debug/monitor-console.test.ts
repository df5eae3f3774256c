import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asm, assemble } from "../../../tests/support/assembler.ts";
import { bareMetal, recordedConsole, smallMonitor } from "../../../tests/support/run-guest.ts";
import { MonitorConsole } from "./monitor-console.ts";
import { RunControl } from "./run-control.ts";

const code = assemble(0x8000_0000, [asm("addi", { rd: 5, rs1: 0, imm: 7 }), asm("wfi")]);

function open() {
  const machine = smallMonitor().createMachine(bareMetal(code, { harts: 2 }), {
    console: recordedConsole().sink,
    disks: new Map(),
  });
  const control = new RunControl(false);
  control.machine = machine;
  return { control, machine, console: new MonitorConsole(control) };
}

describe("the monitor console", () => {
  test("stops, lets run and ends", () => {
    const { control, console } = open();
    expect(console.execute("info status")).toBe("VM status: running\n");
    console.execute("stop");
    expect(control.isPaused).toBe(true);
    console.execute("cont");
    expect(control.isPaused).toBe(false);
    console.execute("quit");
    expect(control.isQuitAsked).toBe(true);
  });

  test("shows memory, instructions and expressions", () => {
    const { console, machine } = open();
    machine.run(100);
    expect(console.execute("x/2xw 0x80000000")).toBe("0000000080000000: 0x00700293 0x10500073\n");
    expect(console.execute("xp /4bx 0x80000000")).toBe("0000000080000000: 0x93 0x02 0x70 0x00\n");
    expect(console.execute("x/1i 0x80000000")).toContain("addi t0, zero, 7");
    expect(console.execute("p $t0 + 0x10")).toBe("0x17\n");
    expect(console.execute("p/d $t0 - 8")).toBe("-1\n");
    expect(console.execute("x 0x10000000")).toBe("Cannot access memory\n");
    expect(console.execute("gva2gpa 0x1234")).toBe("gpa: 0x1234\n");
  });

  test("shows the harts, their registers, exits, images and mappings", () => {
    const { console, machine } = open();
    machine.run(100);
    expect(console.execute("info registers")).toContain("x5/t0    0000000000000007");
    expect(console.execute("info registers -a")).toContain("CPU#1");
    expect(console.execute("info cpus")).toContain("* CPU #0: thread_id=1 (waiting)");
    expect(console.execute("info exits")).toMatch(/wfi +2\n/);
    expect(console.execute("info roms")).toContain('name="kernel"');
    expect(console.execute("info mem")).toBe("No translation or protection\n");
    expect(console.execute("info tlb")).toMatch(/machine +fetch +0000000080000000\n/);
    expect(console.execute("cpu 1")).toBe("");
    expect(console.execute("p $mhartid")).toBe("0x1\n");
    expect(console.execute("cpu 2")).toContain("invalid");
  });

  test("help lists every command, and a wrong one is answered with a sentence", () => {
    const { console } = open();
    for (const word of ["info", "stop", "cont", "quit", "xp", "help"]) {
      expect(console.execute("help")).toContain(word);
    }
    expect(console.execute("system_powerdown")).toContain("unknown command");
    expect(console.execute("info nothing")).toContain("unknown topic");
  });

  test("any line at all is answered, never thrown at", () => {
    const { console } = open();
    const word = fc.constantFrom(
      ...["x", "xp", "p", "info", "cpu", "help", "/4xg", "/i", "$sp", "0x80000000", "-", "+", "-1"],
      ...["registers", "mem", "tlb", "/9999999999x", "99999999999999999999999"],
    );
    const line = fc.oneof(
      fc.string(),
      fc.array(word).map((words) => words.join(" ")),
    );
    fc.assert(
      fc.property(line, (text) => {
        expect(typeof console.execute(text)).toBe("string");
      }),
      { numRuns: 500 },
    );
  });
});
