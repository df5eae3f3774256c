import { describe, expect, test } from "vitest";
import { asm, assemble, loadConstant } from "../../../tests/support/assembler.ts";
import { bareMetal, recordedConsole, smallMonitor } from "../../../tests/support/run-guest.ts";
import { GdbSession } from "./gdb-session.ts";
import { registerHex } from "./hex.ts";
import { LocalTarget } from "./local-target.ts";
import { PacketReader } from "./packet-reader.ts";
import { RunControl } from "./run-control.ts";
import { writePacket } from "./write-packet.ts";

const start = 0x8000_0000n;

/** Counts t0 up and stores it at 0x80001000, for ever, on every hart. */
const counter = assemble(Number(start), [
  asm("addi", { rd: 5, rs1: 0, imm: 0 }),
  asm("lui", { rd: 6, imm: 0x80001 << 12 }),
  asm("slli", { rd: 6, rs1: 6, imm: 32 }),
  asm("srli", { rd: 6, rs1: 6, imm: 32 }),
  "again",
  asm("addi", { rd: 5, rs1: 5, imm: 1 }),
  asm("sd", { rs1: 6, rs2: 5, imm: 0 }),
  asm("ld", { rd: 7, rs1: 6, imm: 0 }),
  asm("jal", { rd: 0, to: "again" }),
]);
const again = start + 16n;
const storeAt = start + 20n;

function connect(harts = 1) {
  const machine = smallMonitor().createMachine(bareMetal(counter, { harts }), {
    console: recordedConsole().sink,
    disks: new Map(),
  });
  const control = new RunControl(true);
  control.machine = machine;
  const reader = new PacketReader();
  const answers: string[] = [];
  let isClosed = false;
  const connection = {
    send: (bytes: Uint8Array) => {
      for (const input of reader.read(bytes)) {
        if (input.kind === "packet") answers.push(input.payload);
      }
    },
    close: () => {
      isClosed = true;
    },
  };
  const session = new GdbSession(connection, new LocalTarget(control));
  return {
    ...{ machine, control, session },
    isClosed: () => isClosed,
    /** Sends a packet; gives the answers up to now, the last one first. */
    ask(payload: string): string | undefined {
      answers.length = 0;
      session.receive(writePacket(payload));
      return answers.at(-1);
    },
    /** Lets the machine run as the driver does. */
    run(instructions = 1000): string | undefined {
      const reason = machine.run(instructions);
      if (reason.kind === "debug") control.pause(reason);
      return answers.at(-1);
    },
    all: () => [...answers],
  };
}

describe("a gdb session", () => {
  test("harts are threads, and each has registers of its own", () => {
    const gdb = connect(2);
    expect(gdb.ask("qfThreadInfo")).toBe("m1,2");
    expect(gdb.ask("qsThreadInfo")).toBe("l");
    expect(gdb.ask("T2")).toBe("OK");
    expect(gdb.ask("T3")).toBe("E01");
    expect(gdb.ask("Hg2")).toBe("OK");
    expect(gdb.ask(`p${(65 + 0xf14).toString(16)}`)).toBe(registerHex(1n));
    expect(gdb.ask("qC")).toBe("QC2");
  });

  test("a breakpoint stops before its instruction, memory as it was", () => {
    const gdb = connect();
    expect(gdb.ask(`Z0,${storeAt.toString(16)},4`)).toBe("OK");
    expect(gdb.ask("vCont;c")).toBeUndefined();
    expect(gdb.run()).toBe("T05thread:1;swbreak:;");
    expect(gdb.ask("p20")).toBe(registerHex(storeAt));
    expect(gdb.ask("p5")).toBe(registerHex(1n));
    expect(gdb.ask("m80001000,8")).toBe("00".repeat(8));
    expect(gdb.ask(`m${start.toString(16)},2`)).toBe("9302");
    // Without taking it away: gdb's own way to get on is a step, others' is to continue.
    gdb.ask("c");
    expect(gdb.run()).toBe("T05thread:1;swbreak:;");
    expect(gdb.ask("p5")).toBe(registerHex(2n));
    expect(gdb.ask(`z0,${storeAt.toString(16)},4`)).toBe("OK");
    gdb.ask("c");
    expect(gdb.run()).toBeUndefined();
  });

  test.each([
    ["Z2", "watch", 20n],
    ["Z3", "rwatch", 24n],
    ["Z4", "awatch", 20n],
  ])("%s stops before the access that it is about", (packet, word, offset) => {
    const gdb = connect();
    expect(gdb.ask(`${packet},80001004,1`)).toBe("OK");
    gdb.ask("c");
    expect(gdb.run()).toBe(`T05thread:1;${word}:80001004;`);
    expect(gdb.ask("p20")).toBe(registerHex(start + offset));
    gdb.ask("s");
    expect(gdb.ask("p20")).toBe(registerHex(start + offset + 4n));
    expect(gdb.ask(`z${packet.slice(1)},80001004,1`)).toBe("OK");
    gdb.ask("c");
    expect(gdb.run()).toBeUndefined();
  });

  test("a step executes one instruction of one hart", () => {
    const gdb = connect(2);
    const { debug } = gdb.machine;
    const before = debug.readRegister(0, 32);
    expect(gdb.ask("vCont;s:2")).toBe("T05thread:2;");
    expect(debug.readRegister(0, 32)).toBe(before);
    expect(debug.readRegister(1, 32)).toBe((before ?? 0n) + 4n);
  });

  test("Ctrl-C stops a machine that runs, and only that", () => {
    const gdb = connect();
    gdb.session.receive(Uint8Array.of(3));
    expect(gdb.all()).toEqual([]);
    gdb.ask("c");
    gdb.run();
    gdb.session.receive(Uint8Array.of(3));
    expect(gdb.all()).toEqual(["T02thread:1;"]);
  });

  test("registers and memory can be written", () => {
    const gdb = connect();
    expect(gdb.ask(`P5=${registerHex(41n)}`)).toBe("OK");
    expect(gdb.ask(`P20=${registerHex(again)}`)).toBe("OK");
    expect(gdb.ask("vCont;s:1")).toBe("T05thread:1;");
    expect(gdb.ask("p5")).toBe(registerHex(42n));
    expect(gdb.ask("M80001000,2:beef")).toBe("OK");
    expect(gdb.ask("m80001000,2")).toBe("beef");
    expect(gdb.ask("m10000000,1")).toBe("E14");
    expect(gdb.ask("M10000000,1:00")).toBe("E14");
    expect(gdb.ask(`P${(65 + 0x340).toString(16)}=${registerHex(7n)}`)).toBe("OK");
    expect(gdb.ask(`p${(65 + 0x340).toString(16)}`)).toBe(registerHex(7n));
    expect(gdb.ask("pfffff")).toBe("x".repeat(16));
  });

  test("code that gdb writes is executed", () => {
    const gdb = connect();
    gdb.machine.run(100);
    const jump = loadConstant(5, 99n)[0];
    const bytes = Buffer.from(assemble(Number(again), jump ? [jump] : [])).toString("hex");
    expect(gdb.ask(`M${again.toString(16)},4:${bytes}`)).toBe("OK");
    gdb.machine.run(100);
    expect(gdb.ask("p5")).toBe(registerHex(99n));
  });

  test("the target description comes in pieces and names the CSRs", () => {
    const gdb = connect();
    let text = "";
    for (;;) {
      const piece = gdb.ask(`qXfer:features:read:target.xml:${text.length.toString(16)},400`) ?? "";
      text += piece.slice(1);
      if (piece.startsWith("l")) break;
    }
    expect(text).toContain('<reg name="pc" bitsize="64" regnum="32" type="code_ptr"/>');
    expect(text).toContain('<reg name="satp"');
    expect(text.endsWith("</target>\n")).toBe(true);
    expect(gdb.ask("qXfer:features:read:other.xml:0,10")).toBe("E00");
  });

  test("monitor commands are answered with text", () => {
    const gdb = connect();
    gdb.ask(`qRcmd,${Buffer.from("info status").toString("hex")}`);
    expect(gdb.all()).toEqual([
      `O${Buffer.from("VM status: paused (prelaunch)\n").toString("hex")}`,
      "OK",
    ]);
  });

  test("detaching takes the breakpoints out and lets the machine run", () => {
    const gdb = connect();
    gdb.ask(`Z0,${storeAt.toString(16)},4`);
    expect(gdb.ask("D")).toBe("OK");
    expect(gdb.isClosed()).toBe(true);
    expect(gdb.control.isPaused).toBe(false);
    expect(gdb.machine.run(100)).toEqual({ kind: "budget" });
  });

  test("gdb hears how the run ended", () => {
    const gdb = connect();
    gdb.ask("c");
    gdb.control.end(7);
    expect(gdb.all()).toEqual(["W07"]);
  });

  test("without acknowledgements none is sent", () => {
    const gdb = connect();
    expect(gdb.ask("QStartNoAckMode")).toBe("OK");
    expect(gdb.ask("?")).toBe("T05thread:1;");
  });
});
