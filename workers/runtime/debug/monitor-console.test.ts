import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asm, assemble } from "../../../tests/support/assembler.ts";
import { bareMetal, recordedConsole, smallMonitor } from "../../../tests/support/run-guest.ts";
import { noExitTimes } from "../../vmm/mod.ts";
import { exitReportOf } from "../exit-report-of.ts";
import { MonitorConsole } from "./monitor-console.ts";
import { RunControl } from "./run-control.ts";
import { emptyInventory } from "./run-inventory.ts";

const code = assemble(0x8000_0000, [asm("addi", { rd: 5, rs1: 0, imm: 7 }), asm("wfi")]);

function open() {
  const machine = smallMonitor().createMachine(bareMetal(code, { harts: 2 }), {
    console: recordedConsole().sink,
    disks: new Map(),
  });
  const control = new RunControl(false);
  control.machine = machine;
  control.exitReport = () =>
    exitReportOf({
      ...{ instructions: machine.retired, counts: machine.exitCounts(), times: noExitTimes },
      spent: control.account.spent(),
    });
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
    expect(control.quitAsked).toBe("monitor");
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
    expect(console.execute("info exits")).toMatch(/^wfi +2 +16.7 %\n/m);
    expect(console.execute("info roms")).toContain('name="kernel"');
    expect(console.execute("info mem")).toBe("No translation or protection\n");
    expect(console.execute("info tlb")).toMatch(/machine +fetch +0000000080000000\n/);
    expect(console.execute("cpu 1")).toBe("");
    expect(console.execute("p $mhartid")).toBe("0x1\n");
    expect(console.execute("cpu 2")).toContain("invalid");
  });

  test("shows what the run is made of, and what was typed", () => {
    const { console, control } = open();
    control.inventory = {
      ...emptyInventory,
      name: "box",
      streams: [{ label: "serial0", place: "unix:/s,server=on", isConnected: false }],
      disks: [{ name: "x0", file: "fs.img", bytes: 512, isReadOnly: true, isTemporary: true }],
      networks: [{ name: "n0", words: "hub 0" }],
      devices: [
        { slot: 7, words: "virtio-rng-device" },
        { slot: 0, words: "virtio-blk-device, drive x0" },
      ],
    };
    expect(console.execute("info name")).toBe("box\n");
    expect(console.execute("info chardev")).toBe(
      "serial0: filename=disconnected:unix:/s,server=on\n",
    );
    expect(console.execute("info block")).toMatch(/^x0: fs.img \(raw, read-only\)\n {4}Writes/);
    expect(console.execute("info network")).toBe("n0: hub 0\n");
    expect(console.execute("info qtree")).toMatch(/bus\.0\n.*x0\nbus: virtio-mmio-bus\.7/);
    expect(console.execute("info mtree")).toMatch(
      /10000000-00000000100000ff \(prio 0, i\/o\): uart0\n.*80000000-[^\n]*: ram\n$/s,
    );
    expect(console.execute("info version")).toBe("7.2.0 (Trapline)\n");
    expect(console.execute("info history")).toMatch(/^0: 'info name'\n1: 'info chardev'\n/);
  });

  test("resets the machine, and tells those who listen of a wish to power off", () => {
    const { console, control } = open();
    const events: string[] = [];
    control.watch(({ kind }) => events.push(kind));
    console.execute("system_powerdown");
    console.execute("stop");
    console.execute("stop");
    console.execute("cont");
    expect(events).toEqual(["powerdown", "stop", "resume"]);
    expect(control.takeReset()).toBe(false);
    console.execute("system_reset");
    expect(control.takeReset()).toBe(true);
  });

  test("help lists every command, and a wrong one is answered with a sentence", () => {
    const { console } = open();
    for (const word of ["info", "stop", "cont", "quit", "xp", "help"]) {
      expect(console.execute("help")).toContain(word);
    }
    expect(console.execute("system_wakeup")).toContain("unknown command");
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
