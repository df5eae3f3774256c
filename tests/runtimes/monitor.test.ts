import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { elfPath } from "../guests/guests.ts";
import { cliProgram } from "../support/cli-program.ts";
import { run } from "./run-shell.ts";

/** The monitor console, logs, device trees and serial ports of `trapline qemu`. */
const runtimes = { Node: "node", Deno: "deno run -A" };

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "trapline-monitor-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function trapline(runtime: string, guest: string, options: string): string {
  return `exec ${runtime} ${cliProgram} qemu -M virt -bios none -kernel ${elfPath(guest)} ${options}`;
}

describe.each(Object.entries(runtimes))("under %s", (_name, runtime) => {
  test("Ctrl-A C leads to the monitor and back, and the guest goes on where it was", async () => {
    const { status, out } = await run(trapline(runtime, "hello", "-nographic"), [
      ["say something>", "\x01cinfo status\n"],
      ["VM status: running", "stop\ninfo status\n"],
      ["VM status: paused", "info registers\n"],
      ["x2/sp", "x/2i 0x80000000\n"],
      ["(qemu) ", "info roms\n"],
      ['name="kernel"', "cont\n"],
      ["(qemu) ", "\x01cgood day\n"],
    ]);
    expect(out).toContain("csrrw zero, mie, zero");
    expect(out).toContain("you said: good day");
    expect(status).toBe(0);
  });

  test("quit in the monitor ends the run, also one that has not begun", async () => {
    const { status, out } = await run(
      trapline(runtime, "hello", "-display none -serial null -monitor stdio -S"),
      [
        ["(qemu) ", "info registers\n"],
        ["pc       0000000000001000", "quit\n"],
      ],
    );
    expect(status).toBe(0);
    expect(out).not.toContain("Hello");
  });

  test("a serial port may be a file or a socket", async () => {
    const file = join(folder, "out.txt");
    const toFile = trapline(runtime, "traps", `-display none -serial file:${file}`);
    expect((await run(toFile, [])).status).toBe(0);
    expect(readFileSync(file, "utf8")).toContain("ecall: cause 8");

    const path = join(folder, "serial.sock");
    const machine = run(
      trapline(runtime, "hello", `-display none -serial unix:${path},server`),
      [],
    );
    const talk = talkTo(path);
    expect((await machine).status).toBe(0);
    expect(await talk).toContain("you said: over a socket");
  });
});

describe("a traced run", () => {
  test("ends in the same state, and the log tells of traps and instructions", async () => {
    const log = join(folder, "log");
    const plain = await run(trapline("node", "timer", "-nographic --hash"), []);
    const traced = await run(
      trapline("node", "timer", `-nographic --hash -d in_asm,int -D ${log}`),
      [],
    );
    expect(traced).toEqual(plain);
    const text = readFileSync(log, "utf8");
    expect(text).toMatch(/async:1, cause:0000000000000007, .*desc=machine timer/);
    expect(text).toContain("0x0000000080000000:  30401073  csrrw zero, mie, zero");
  });
});

describe("a device tree", () => {
  test("that was dumped starts the same guest", async () => {
    const tree = join(folder, "virt.dtb");
    const dump = await run(`exec node ${cliProgram} qemu -M virt,dumpdtb=${tree} -smp 2`, []);
    expect(dump.status).toBe(0);
    expect(readFileSync(tree).subarray(0, 4).toString("hex")).toBe("d00dfeed");
    const { status } = await run(trapline("node", "traps", `-nographic -smp 2 -dtb ${tree}`), []);
    expect(status).toBe(0);
  });
});

/** Connects as soon as somebody listens, answers the guest's question, and gives all that it said. */
async function talkTo(path: string): Promise<string> {
  for (;;) {
    const text = await new Promise<string | undefined>((resolve) => {
      const socket = connect(path);
      let heard = "";
      socket.on("error", () => resolve(undefined));
      socket.on("data", (chunk) => {
        if (!heard.includes(">") && String(chunk).includes(">")) socket.write("over a socket\n");
        heard += String(chunk);
      });
      socket.on("close", () => resolve(heard));
    });
    if (text) return text;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
