import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asm, assemble } from "../../../../tests/support/assembler.ts";
import { bareMetal, recordedConsole, smallMonitor } from "../../../../tests/support/run-guest.ts";
import { RunControl } from "../run-control.ts";
import { emptyInventory } from "../run-inventory.ts";
import { QmpSession } from "./qmp-session.ts";

const code = assemble(0x8000_0000, [asm("addi", { rd: 5, rs1: 0, imm: 7 }), asm("wfi")]);
const pid = 4711;

/** A session with a machine of two harts that has not begun. */
function open({ negotiates = true } = {}) {
  const machine = smallMonitor().createMachine(bareMetal(code, { harts: 2 }), {
    console: recordedConsole().sink,
    disks: new Map(),
  });
  const control = new RunControl(true);
  control.machine = machine;
  control.inventory = {
    ...emptyInventory,
    harts: 2,
    name: "test",
    streams: [{ label: "serial0", place: "pty:/dev/pts/3", isConnected: false }],
    disks: [{ name: "x0", file: "fs.img", bytes: 1024, isReadOnly: true, isTemporary: false }],
  };
  let text = "";
  const session = new QmpSession(control, {
    send: (more) => {
      text += more;
    },
    now: () => 1_767_225_600_250,
    pid,
  });
  const take = (): unknown[] => {
    const lines = text.split("\r\n").filter((line) => line !== "");
    text = "";
    return lines.map((line) => JSON.parse(line));
  };
  const type = (input: string) => session.receive(Buffer.from(input));
  const ask = (command: string, values?: object) => {
    type(JSON.stringify({ execute: command, arguments: values }));
    return take();
  };
  const greeting = take();
  if (negotiates) ask("qmp_capabilities");
  return { control, session, type, take, ask, greeting };
}

const timestamp = { seconds: 1_767_225_600, microseconds: 250_000 };

describe("a QMP session", () => {
  test("greets, and wants its capabilities negotiated once before all else", () => {
    const { greeting, ask } = open({ negotiates: false });
    expect(greeting).toEqual([
      {
        QMP: {
          version: { qemu: { major: 7, minor: 2, micro: 0 }, package: "Trapline" },
          capabilities: [],
        },
      },
    ]);
    expect(ask("query-status")).toMatchObject([{ error: { class: "CommandNotFound" } }]);
    expect(ask("qmp_capabilities", { enable: ["oob"] })).toMatchObject([
      { error: { class: "GenericError" } },
    ]);
    expect(ask("qmp_capabilities", { enable: [] })).toEqual([{ return: {} }]);
    expect(ask("qmp_capabilities")).toMatchObject([{ error: { class: "CommandNotFound" } }]);
  });

  test("stops and lets run, with an event for each change and none without", () => {
    const { ask, control } = open();
    const status = (name: string, running: boolean) => [
      { return: { status: name, running, singlestep: false } },
    ];
    expect(ask("query-status")).toEqual(status("prelaunch", false));
    expect(ask("cont")).toEqual([{ timestamp, event: "RESUME" }, { return: {} }]);
    expect(ask("cont")).toEqual([{ return: {} }]);
    expect(ask("query-status")).toEqual(status("running", true));
    expect(ask("stop")).toEqual([{ timestamp, event: "STOP" }, { return: {} }]);
    expect(ask("stop")).toEqual([{ return: {} }]);
    expect(ask("query-status")).toEqual(status("paused", false));
    expect(control.isPaused).toBe(true);
  });

  test("resets, asks for power-off and ends; what comes of it is told as events", () => {
    const { ask, control, take } = open();
    expect(ask("system_reset")).toEqual([{ return: {} }]);
    expect([control.takeReset(), control.takeReset()]).toEqual([true, false]);
    expect(ask("system_powerdown")).toEqual([{ timestamp, event: "POWERDOWN" }, { return: {} }]);
    expect(ask("quit")).toEqual([{ return: {} }]);
    expect(control.quitAsked).toBe("qmp");
    control.tell({ kind: "reset", isByGuest: true });
    control.tell({ kind: "shutdown", isByGuest: false, reason: "host-qmp-quit" });
    expect(take()).toEqual([
      { timestamp, event: "RESET", data: { guest: true, reason: "guest-reset" } },
      { timestamp, event: "SHUTDOWN", data: { guest: false, reason: "host-qmp-quit" } },
    ]);
  });

  test("tells of harts, streams, disks, versions and commands", () => {
    const { ask } = open();
    expect(ask("query-cpus-fast")).toMatchObject([
      {
        return: [
          { "cpu-index": 0, "thread-id": pid, target: "riscv64" },
          { "cpu-index": 1, "qom-path": "/machine/soc0/harts[1]" },
        ],
      },
    ]);
    expect(ask("query-chardev")).toMatchObject([
      { return: [{ label: "serial0", filename: "disconnected:pty:/dev/pts/3" }] },
    ]);
    expect(ask("query-block")).toMatchObject([
      { return: [{ device: "x0", inserted: { file: "fs.img", ro: true, drv: "raw" } }] },
    ]);
    expect(ask("query-version")).toMatchObject([{ return: { qemu: { major: 7 } } }]);
    expect(ask("query-name")).toEqual([{ return: { name: "test" } }]);
    const [{ return: commands }] = ask("query-commands") as [{ return: { name: string }[] }];
    for (const { name } of commands) {
      if (name === "quit" || name === "qmp_capabilities") continue;
      const [answer] = ask(name).slice(-1) as [{ error?: { class: string; desc: string } }];
      expect(answer.error?.class, name).not.toBe("CommandNotFound");
    }
  });

  test("carries out commands of the monitor for people", () => {
    const { ask } = open();
    const line = (text: string, more = {}) =>
      ask("human-monitor-command", { "command-line": text, ...more });
    expect(line("info status")).toEqual([{ return: "VM status: paused (prelaunch)\r\n" }]);
    expect(line("p $mhartid", { "cpu-index": 1 })).toEqual([{ return: "0x1\r\n" }]);
    expect(line("p 1", { "cpu-index": 2 })).toMatchObject([{ error: { class: "GenericError" } }]);
  });

  test.each([
    ['{"execute":"frobnicate","id":[1]}', "CommandNotFound", "The command frobnicate has not"],
    ['{"execute":"stop","arguments":{"x":1}}', "GenericError", "Parameter 'x' is unexpected"],
    ['{"execute":"human-monitor-command"}', "GenericError", "'command-line' is missing"],
    [
      '{"execute":"human-monitor-command","arguments":{"command-line":1}}',
      "GenericError",
      "expected: string",
    ],
    ['{"execute":"stop","arguments":[]}', "GenericError", "'arguments' must be an object"],
    ['{"execute":7}', "GenericError", "'execute' must be a string"],
    ['{"arguments":{}}', "GenericError", "lacks member 'execute'"],
    ['{"execute":"stop","more":1}', "GenericError", "'more' is unexpected"],
    ["[]", "GenericError", "must be a JSON object"],
    ["{'execute'}", "GenericError", "JSON parse error"],
    ['{"execute":"__proto__"}', "CommandNotFound", "__proto__"],
  ])("answers %s with an error in QMP's shape", (input, kind, words) => {
    const { type, take } = open();
    type(`${input}\n`);
    const [answer] = take() as [{ error: { class: string; desc: string }; id?: unknown }];
    expect(answer.error.class).toBe(kind);
    expect(answer.error.desc).toContain(words);
    expect(answer.id).toEqual(input.includes('"id"') ? [1] : undefined);
  });

  test("takes commands in any pieces, one behind the other, and gives their ids back", () => {
    const input = [1, 2, 3].map((id) => JSON.stringify({ execute: "query-name", id })).join("");
    const { session, take } = open();
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 })), (lengths) => {
        const bytes = Buffer.from(input);
        let offset = 0;
        for (const length of [...lengths, bytes.length]) {
          session.receive(bytes.subarray(offset, offset + length));
          offset += length;
        }
        expect(take()).toEqual([1, 2, 3].map((id) => ({ return: { name: "test" }, id })));
      }),
    );
  });

  test("survives any input, and still obeys after it", () => {
    const { session, ask, take } = open();
    const json = fc.json().map((text) => Buffer.from(text));
    const wild = fc.constantFrom("{".repeat(300), "[[[[", "}", '"', "\\", "\u0000", "{}}", "nul");
    const noise = fc.oneof(
      fc.uint8Array(),
      json,
      wild.map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(noise, (bytes) => {
        session.receive(bytes);
      }),
      { numRuns: 300 },
    );
    // Whatever was left open becomes too long, and is dropped with its line.
    session.receive(Buffer.from(`${"x".repeat(2 ** 20 + 1)}\n`));
    take();
    expect(ask("query-name").at(-1)).toEqual({ return: { name: "test" } });
  });

  test("a value that never ends is given up before it fills the memory", () => {
    const { session, take } = open();
    const chunk = Buffer.from("x".repeat(65_536));
    session.receive(Buffer.from('"'));
    for (let count = 0; count < 20; count++) session.receive(chunk);
    expect(take()).toMatchObject([{ error: { desc: "JSON parse error, it is too long" } }]);
  });
});
