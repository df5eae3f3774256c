import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { elfPath } from "../guests/guests.ts";
import { cliProgram } from "../support/cli-program.ts";
import { run } from "./run-shell.ts";

/** QMP, monitors on sockets, pseudo terminals and the loader of `trapline qemu`. */
const runtimes = { Node: "node", Deno: "deno run -A" };

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "trapline-monitors-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function trapline(runtime: string, options: string): string {
  return `exec ${runtime} ${cliProgram} qemu -M virt -bios none ${options}`;
}

/** Connects as soon as somebody listens, and talks: each text is sent when the one before it came. */
async function talk(path: string, turns: readonly (readonly [string, string])[]): Promise<string> {
  const socket = await connected(path);
  const rest = [...turns];
  let heard = "";
  let from = 0;
  return new Promise((resolve) => {
    socket.on("data", (chunk) => {
      heard += String(chunk);
      for (let next = rest[0]; next !== undefined; next = rest[0]) {
        const place = heard.indexOf(next[0], from);
        if (place < 0) return;
        from = place + next[0].length;
        socket.write(next[1]);
        rest.shift();
      }
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(heard));
  });
}

function connected(path: string): Promise<Socket> {
  return new Promise((resolve) => {
    const attempt = () => {
      const socket = connect(path);
      socket.once("connect", () => resolve(socket));
      socket.once("error", () => setTimeout(attempt, 50));
    };
    attempt();
  });
}

describe.each(Object.entries(runtimes))("under %s", (name, runtime) => {
  test("a program manages a run over QMP: status, stop, reset, quit, and their events", async () => {
    const path = join(folder, `qmp-${name}`);
    const options = `-kernel ${elfPath("hello")} -display none -serial null -S -qmp unix:${path},server=on,wait=off`;
    const machine = run(trapline(runtime, options), []);
    const heard = await talk(path, [
      ['"QMP"', '{"execute": "qmp_capabilities"}'],
      ["{}", '{"execute": "query-status", "id": 1}'],
      ['"prelaunch"', '{"execute": "cont"} {"execute": "stop"}'],
      ['"STOP"', '{"execute": "query-cpus-fast"}'],
      ["riscv64", '{"execute": "system_reset"}'],
      ['"RESET"', '{"execute": "quit", "id": "bye"}'],
    ]);
    const messages = heard
      .trim()
      .split("\r\n")
      .map((line) => JSON.parse(line) as { event?: string });
    expect(messages.flatMap(({ event }) => event ?? [])).toEqual([
      "RESUME",
      "STOP",
      "RESET",
      "SHUTDOWN",
    ]);
    expect(messages).toContainEqual({ return: {}, id: "bye" });
    const { status, err } = await machine;
    expect(status).toBe(0);
    expect(err).toContain("ended by the monitor's quit");
  });

  test("the guest's own power-off is told as such", async () => {
    const path = join(folder, `off-${name}`);
    const chardev = `-chardev socket,id=q,path=${path},server=on -mon chardev=q,mode=control`;
    const options = `-kernel ${elfPath("traps")} -display none -serial null -S ${chardev}`;
    const machine = run(trapline(runtime, options), []);
    const heard = await talk(path, [
      ['"QMP"', '{"execute": "qmp_capabilities"}'],
      ["{}", '{"execute": "cont"}'],
    ]);
    expect(heard).toContain('"data":{"guest":true,"reason":"guest-shutdown"}');
    expect((await machine).status).toBe(0);
  });

  test("a person has the monitor on a socket while the console has the terminal", async () => {
    const path = join(folder, `monitor-${name}`);
    const options = `-kernel ${elfPath("hello")} -nographic -name box -monitor unix:${path},server,nowait`;
    const machine = run(trapline(runtime, options), []);
    const heard = await talk(path, [
      ["(qemu) ", "info status\n"],
      ["VM status: running", "info chardev\n"],
      ["serial0: filename=stdio", "info mtree\n"],
      ["uart0", "info name\ninfo version\n"],
      ["7.2.0", "quit\n"],
    ]);
    expect(heard).toContain("box");
    const { out, status } = await machine;
    expect(out).toContain("say something>");
    expect(status).toBe(0);
  });

  test("the loader starts a program without -kernel, and tells an ELF file from an image", async () => {
    const image = join(folder, "pass.bin");
    // lui t0, 0x100; lui t1, 5; addiw t1, t1, 0x555; sw t1, 0(t0); j .
    const code = Uint32Array.of(0x001002b7, 0x00005337, 0x5553031b, 0x0062a023, 0x0000006f);
    writeFileSync(image, new Uint8Array(code.buffer));
    const load = (file: string) => `-nographic -device loader,file=${file},addr=0x80000000`;
    expect((await run(trapline(runtime, load(image)), [])).status).toBe(0);
    const refused = await run(trapline(runtime, load(elfPath("hello"))), []);
    expect(refused.status).toBe(1);
    expect(refused.err).toContain("is an ELF file");
  });
});

test("a serial port on a pseudo terminal talks, raw, to whoever opens its other side", async () => {
  const log = join(folder, "pty.log");
  // The shell stands in for a terminal program: it reads the line that names the terminal.
  const shell = [
    `node ${cliProgram} qemu -M virt -bios none -kernel ${elfPath("hello")} -display none -serial pty > ${log} &`,
    `while ! grep -q redirected ${log}; do sleep 0.1; done`,
    `tty=$(sed -n 's/^char device redirected to \\(.*\\) (label serial0)$/\\1/p' ${log})`,
    "exec 3<>$tty; stty -F $tty -a | grep -o -e -echo -e -icanon -e -opost | sort -u",
    "machine=$!; cat <&3 & printf 'good evening\\n' >&3; wait $machine; echo status $?",
  ].join("\n");
  const { out } = await run(shell, []);
  expect(readFileSync(log, "utf8")).toMatch(
    /^char device redirected to \/dev\/pts\/\d+ \(label serial0\)$/m,
  );
  expect(out).toContain("-echo\n-icanon\n-opost\n");
  expect(out).toContain("you said: good evening");
  expect(out).toContain("status 0");
});
