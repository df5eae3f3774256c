import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { elfWithSymbols } from "../contracts/support/elf-with-symbols.ts";
import { elfPath } from "../guests/guests.ts";
import { asm, assemble, type Line } from "../support/assembler.ts";
import { cliProgram } from "../support/cli-program.ts";

/** Debian's gdb-multiarch drives a machine of `trapline qemu -gdb`. */
const gdb = "gdb-multiarch";
const hasGdb = spawnSync(gdb, ["--version"]).status === 0;
const reason = hasGdb
  ? ""
  : " (skipped: gdb-multiarch is missing; install Debian's package of that name)";
const runtimes = [["node"], ["deno", "run", "-A"]] as const;

const start = 0x8000_0000;
/** Sums 1 to 10 at `total`, calling `add`, and powers off with status 3. */
const lines: Line[] = [
  asm("auipc", { rd: 8, imm: 0x1000 }),
  asm("addi", { rd: 9, rs1: 0, imm: 10 }),
  "loop",
  asm("addi", { rd: 10, rs1: 9, imm: 0 }),
  asm("jal", { rd: 1, to: "add" }),
  asm("addi", { rd: 9, rs1: 9, imm: -1 }),
  asm("bne", { rs1: 9, rs2: 0, to: "loop" }),
  "done",
  asm("lui", { rd: 5, imm: 0x100000 }),
  asm("lui", { rd: 6, imm: 0x33000 }),
  asm("addiw", { rd: 6, rs1: 6, imm: 0x333 }),
  asm("sw", { rs1: 5, rs2: 6, imm: 0 }),
  asm("jal", { rd: 0, to: "done" }),
  "add",
  asm("ld", { rd: 11, rs1: 8, imm: 0 }),
  asm("add", { rd: 11, rs1: 11, rs2: 10 }),
  asm("sd", { rs1: 8, rs2: 11, imm: 0 }),
  asm("jalr", { rd: 0, rs1: 1, imm: 0 }),
];
const symbols = { loop: start + 8, done: start + 24, add: start + 44, total: start + 0x1000 };

let folder = "";
let kernel = "";
const running = new Set<ChildProcess>();
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "trapline-gdb-"));
  kernel = join(folder, "sum.elf");
  const code = assemble(start, lines);
  const segments = [{ address: start, bytes: code, memoryBytes: 0x1008 }];
  writeFileSync(kernel, elfWithSymbols(start, segments, symbols));
});
afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
  running.clear();
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Session {
  readonly gdb: string;
  readonly status: number | null;
}

/** Starts a machine that waits for gdb, and gdb with these commands. */
async function debug(
  [command, ...first]: readonly string[],
  options: readonly string[],
  file: string,
  commands: readonly string[],
): Promise<Session> {
  const words = ["-machine", "virt", "-bios", "none", "-kernel", file, "-display", "none"];
  const all = [...first, cliProgram, "qemu", ...words, "-serial", "null", "-gdb", "tcp::0", "-S"];
  const machine = spawn(command ?? "", [...all, ...options], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  running.add(machine);
  const ended = new Promise<number | null>((resolve) => machine.on("close", resolve));
  const address = await new Promise<string>((resolve, reject) => {
    let told = "";
    machine.stderr.on("data", (chunk) => {
      told += String(chunk);
      const [, place] = /target remote (\S+)\n/.exec(told) ?? [];
      if (place !== undefined) resolve(place);
    });
    machine.on("close", () => reject(new Error(told)));
  });
  const preamble = ["set pagination off", "set confirm off", `target remote ${address}`];
  const words2 = [...preamble, ...commands].flatMap((line) => ["-ex", line]);
  const debuggerOutput = await new Promise<string>((resolve) => {
    const child = spawn(gdb, ["-batch", "-nx", ...words2, file], { stdio: "pipe" });
    running.add(child);
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        text += String(chunk);
      });
    }
    child.on("close", () => resolve(text));
  });
  return { gdb: debuggerOutput, status: await ended };
}

describe.skipIf(!hasGdb).each(runtimes.map((runtime) => ({ name: runtime[0], runtime })))(
  `gdb-multiarch against trapline qemu under $name${reason}`,
  ({ runtime }) => {
    test("stops at symbols, shows and changes registers and memory, steps, and sees the end", async () => {
      const session = await debug(runtime, [], kernel, [
        ...["info registers pc", "break *add", "continue", "print $a0", "backtrace 1"],
        ...["stepi", "x/i $pc", "print/x $mtvec", "print $priv", "delete"],
        ...["watch *(long*)&total", "continue", "continue", "delete"],
        ...["break *0x80000018", "continue", "print *(long*)&total", "set var $t3 = 77"],
        ...["print $t3", "set var *(long*)&total = 5", "print *(long*)&total"],
        ...["monitor info status", "continue"],
      ]);
      expect(session.gdb).toMatch(/pc +0x1000/);
      expect(session.gdb).toMatch(/Breakpoint 1, 0x0*8000002c in add/);
      expect(session.gdb).toContain("$1 = 10");
      expect(session.gdb).toMatch(/=> 0x80000030 <add\+4>:\tadd\ta1,a1,a0/);
      expect(session.gdb).toContain("$3 = 3\n");
      expect(session.gdb).toMatch(/Old value = 0\nNew value = 10\n/);
      expect(session.gdb).toMatch(/Old value = 10\nNew value = 19\n/);
      expect(session.gdb).toMatch(/Breakpoint 3, 0x0*80000018 in done/);
      expect(session.gdb).toContain("= 55");
      expect(session.gdb).toContain("= 77");
      expect(session.gdb).toContain("= 5\n");
      expect(session.gdb).toContain("VM status: paused");
      expect(session.gdb).toContain("exited with code 03");
      expect(session.status).toBe(3);
    });
  },
);

describe.skipIf(!hasGdb)(`gdb-multiarch against a guest with two harts${reason}`, () => {
  test("harts are threads with registers of their own", async () => {
    const session = await debug(runtimes[0], ["-smp", "2"], elfPath("hello"), [
      ...["info threads", "thread 2", "stepi 3", "print $mhartid", "info registers a0"],
      ...["hbreak *0x80000000", "continue", "info threads", "kill"],
    ]);
    expect(session.gdb).toContain("Thread 1 (hart 0: running)");
    expect(session.gdb).toContain("Thread 2 (hart 1: running)");
    expect(session.gdb).toContain("$1 = 1\n");
    expect(session.gdb).toMatch(/hit Breakpoint 1, 0x0*80000000/);
    expect(session.status).toBe(0);
  });

  test("Ctrl-C stops a guest that runs, and detaching lets it go on", async () => {
    const session = await debug(runtimes[0], [], kernel, [
      ...["break *loop", "continue", "set var $s1 = 0x4000000000000000", "delete"],
      ...["python import threading, os, signal, time"],
      ...["python threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGINT)).start()"],
      ...["continue", "print $s1 > 1000", "set var $s1 = 1", "detach"],
    ]);
    expect(session.gdb).toContain("received signal SIGINT");
    expect(session.gdb).toContain("= 1\n");
    expect(session.status).toBe(3);
  });
});
