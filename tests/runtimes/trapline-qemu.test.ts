import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inTerminal } from "./in-terminal.ts";
import { run } from "./run-shell.ts";

/**
 * `trapline qemu` as a person meets it: in a terminal (made by `script` of Debian's bsdutils), at the
 * end of a pipe, under Node and under Deno.
 */
const main = fileURLToPath(new URL("../../services/cli/main.ts", import.meta.url));
const runtimes = { Node: "node", Deno: "deno run -A" };

/** Prints `>`, echoes what it reads; q powers off with status 7, r reboots, z sleeps for good. */
const echoGuest = Uint32Array.of(
  0x100002b7, // lui   t0, 0x10000      uart
  0x00100e37, // lui   t3, 0x100        test finisher
  0x03e00593, // li    a1, '>'
  0x00b28023, // sb    a1, 0(t0)
  0x0052c303, // lbu   t1, 5(t0)        read: line status
  0x00137313, // andi  t1, t1, 1
  0xfe030ce3, // beqz  t1, read
  0x0002c583, // lbu   a1, 0(t0)
  0x00b28023, // sb    a1, 0(t0)
  0x07100393, // li    t2, 'q'
  0x00759863, // bne   a1, t2, 1f
  0x00073337, // lui   t1, 0x73
  0x3333031b, // addiw t1, t1, 0x333
  0x006e2023, // sw    t1, 0(t3)        fail, status 7
  0x07200393, // li    t2, 'r'          1:
  0x00759863, // bne   a1, t2, 2f
  0x00007337, // lui   t1, 0x7
  0x7773031b, // addiw t1, t1, 0x777
  0x006e2023, // sw    t1, 0(t3)        reboot
  0x07a00393, // li    t2, 'z'          2:
  0xfc7590e3, // bne   a1, t2, read
  0x10500073, // wfi                    3:
  0xffdff06f, // j     3b
);

let folder = "";
let guest = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "trapline-qemu-"));
  guest = join(folder, "echo.bin");
  writeFileSync(guest, new Uint8Array(echoGuest.buffer));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The shell command that runs the echo guest. */
function trapline(runtime: string, options = ""): string {
  return `exec ${runtime} ${main} qemu -machine virt -bios none -kernel ${guest} -nographic ${options}`;
}

describe.each(Object.entries(runtimes))("in a terminal, under %s", (_name, runtime) => {
  const play = async (talk: readonly (readonly [string, string])[], options?: string) => {
    const { out } = await run(inTerminal(trapline(runtime, options)), talk);
    const lines = out
      .replaceAll("\r", "")
      .split("\n")
      .filter((line) => line !== "");
    const modes = [lines[0], lines.at(-1)];
    return { out, modes, status: Number(/status (\d+)/.exec(out)?.[1] ?? Number.NaN) };
  };

  test("the guest echoes keys, not the terminal, and its status is ours", async () => {
    const { out, modes, status } = await play([
      [">", "ab\x03"],
      ["ab\x03", "q"],
    ]);
    expect(out).toContain(">ab\x03q");
    expect(status).toBe(7);
    expect(modes[0]).toBe(modes[1]);
  });

  test("Ctrl-A X ends with status 0, Ctrl-A H helps, Ctrl-A Ctrl-A reaches the guest", async () => {
    const { out, modes, status } = await play([
      [">", "\x01h"],
      ["C-a x", "\x01\x01"],
      ["\x01", "\x01x"],
    ]);
    expect(out).toContain("exit emulator");
    expect(status).toBe(0);
    expect(modes[0]).toBe(modes[1]);
  });

  test("with -serial stdio Ctrl-C ends the run and Ctrl-A X is typed to the guest", async () => {
    const { out, modes, status } = await play(
      [
        [">", "\x01x"],
        ["\x01x", "\x03"],
      ],
      "-serial stdio",
    );
    expect(out).toContain(">\x01x");
    expect(status).toBe(0);
    expect(modes[0]).toBe(modes[1]);
  });

  test("a reboot starts the machine again, and with -no-reboot ends it", async () => {
    const again = await play([
      [">", "r"],
      ["r>", "q"],
    ]);
    expect(again.status).toBe(7);
    const once = await play([[">", "r"]], "-no-reboot");
    expect(once.status).toBe(0);
    expect(once.modes[0]).toBe(once.modes[1]);
  });

  test("a signal ends the run and sets the terminal back", async () => {
    const pidFile = join(folder, "pid");
    const command = `echo \\$\\$ > ${pidFile}; ${trapline(runtime)}`;
    const terminate = () => {
      process.kill(Number(readText(pidFile)), "SIGTERM");
      return "";
    };
    const { out } = await run(
      `exec script -qec "stty -g; sh -c '${command}'; echo status \\$?; stty -g" /dev/null`,
      // The process is there at once, its handlers are when the guest runs.
      [[">", terminate]],
    );
    const lines = out
      .replaceAll("\r", "")
      .split("\n")
      .filter((line) => line !== "");
    expect(out).toContain("the run was ended by SIGTERM");
    expect(out).toContain("status 0");
    expect(lines[0]).toBe(lines.at(-1));
    rmSync(pidFile);
  });
});

describe.each(Object.entries(runtimes))("at the end of a pipe, under %s", (_name, runtime) => {
  test("standard output is the guest's console and nothing else", async () => {
    const { status, out, err } = await run(trapline(runtime), [[">", "hello q"]]);
    expect({ status, out, err }).toEqual({ status: 7, out: ">hello q", err: "" });
  });

  test("the end of standard input does not end a guest that runs", async () => {
    const { status, err } = await run(
      `${trapline(runtime, "--max-instructions 50M")} < /dev/null`,
      [],
    );
    expect(status).toBe(124);
    expect(err).toContain("--max-instructions are used up");
  });

  test("a guest that nothing can wake ends with a sentence instead of waiting for ever", async () => {
    const { status, out, err } = await run(`printf z | (${trapline(runtime)})`, []);
    expect({ status, out }).toEqual({ status: 125, out: ">z" });
    expect(err).toContain("waits for an interrupt");
  });

  test("a reader that goes away ends the run", async () => {
    const { out } = await run(`(${trapline(runtime)}; echo status $? >&2) | head -c 1`, [
      [">", "a"],
      ["", "b"],
    ]);
    expect(out).toBe(">");
  });

  test("a reader that has enough of a table gets no stack trace", async () => {
    const help = `${runtime} ${main} --help; echo status $? >&2`;
    const { err } = await run(`(${help}) | head -c 0`, []);
    expect(err).toBe("status 141\n");
  });

  test("a script gives the same console, exits and hash every time, and status 0 or 123", async () => {
    const script = join(folder, "steps.yaml");
    writeFileSync(
      script,
      [
        `- { expect: ">", within: 10M }`,
        `- { send: "abq" }`,
        `- { expect: "abq", within: 10M }`,
        `- { exit-code: 7, within: 10M }`,
      ].join("\n"),
    );
    const report = join(folder, "exits.json");
    const options = `--script ${script} --hash --exits ${report}`;
    const first = await run(trapline(runtime, options), []);
    const exits = readText(report);
    expect(first.out).toBe(">abq");
    expect(first.status).toBe(0);
    expect(first.err).toMatch(/state hash [0-9a-f]{64}\n/);
    expect(first.err).toContain("step 4 passed");
    expect(JSON.parse(exits)).toMatchObject({ exits: { "mmio.write": expect.any(Number) } });
    expect(await run(trapline("node", options), [])).toEqual(first);
    expect(readText(report)).toBe(exits);

    writeFileSync(script, `- { expect: "never", within: 1M }`);
    const failed = await run(trapline(runtime, options), []);
    expect(failed.status).toBe(123);
    expect(failed.err).toContain("step 1 failed");
  });
});

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
