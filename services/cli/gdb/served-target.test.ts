import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { debugReportSchema } from "../../../shared/protocol/debug-report.ts";
import { type DebugAsk, debugRequestSchema } from "../../../shared/protocol/debug-request.ts";
import { asm, assemble, type Line } from "../../../tests/support/assembler.ts";
import { bareMetal, recordedConsole, smallMonitor } from "../../../tests/support/run-guest.ts";
import { GdbSession } from "../../../workers/runtime/debug/gdb-session.ts";
import { writePacket } from "../../../workers/runtime/debug/write-packet.ts";
import type { DebugStart } from "../../../workers/runtime/thread/debug-protocol.ts";
import { GuestDebug } from "../../../workers/runtime/thread/guest-debug.ts";
import { debugRegisters, guestExits, type Machine } from "../../../workers/vmm/mod.ts";
import { ServedTarget } from "./served-target.ts";

const start = 0x8000_0000;
const monitor = smallMonitor();
const session = "one";
const points = { breakpoints: [], watchpoints: [] };

/** Adds, stores and loads, round and round. */
const program: Line[] = [
  asm("auipc", { rd: 8, imm: 0x2000 }),
  "again",
  asm("addi", { rd: 9, rs1: 9, imm: 1 }),
  asm("sd", { rs1: 8, rs2: 9, imm: 0 }),
  asm("ld", { rd: 10, rs1: 8, imm: 0 }),
  asm("add", { rd: 11, rs1: 11, rs2: 10 }),
  asm("jal", { rd: 0, to: "again" }),
];

function machineOf(): Machine {
  return monitor.createMachine(bareMetal(assemble(start, program), { harts: 2 }), {
    console: recordedConsole().sink,
    disks: new Map(),
  });
}

/** A guest on its thread and the way to it, on which texts get lost as `loses` says. */
class Served {
  machine = machineOf();
  debug!: GuestDebug;
  readonly target: ServedTarget;
  readonly #loses: () => boolean;
  epoch = 0;
  #asked = 0;

  constructor(loses: () => boolean = () => false) {
    this.#loses = loses;
    this.target = new ServedTarget({ ask: (ask) => this.#ask(ask) }, () => performance.now());
    this.begin(undefined);
  }

  /** A worker takes the guest over as it is. */
  begin(waiting: DebugStart | undefined): void {
    this.epoch += 1;
    this.debug = new GuestDebug((message) => {
      const text = JSON.stringify({ worker: "w", epoch: this.epoch, ...message });
      if (!this.#loses()) this.target.hear(debugReportSchema.parse(JSON.parse(text)));
    }, waiting);
    this.debug.begin(this.machine);
  }

  #ask(ask: DebugAsk): number {
    const n = this.#asked++;
    const text = JSON.stringify({ session, n, ask });
    if (!this.#loses()) {
      queueMicrotask(() =>
        this.debug.hear(debugRequestSchema.parse(JSON.parse(text)), this.machine),
      );
    }
    return n;
  }

  /** The guest's thread has a turn. */
  turn(instructions = 50): void {
    if (!this.debug.holds(this.machine)) this.debug.run(this.machine, instructions);
  }

  async pass(milliseconds: number): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += 100) {
      await vi.advanceTimersByTimeAsync(100);
      this.turn();
    }
  }

  get pc(): bigint | undefined {
    return this.machine.debug.readRegister(0, debugRegisters.pc);
  }

  end(): void {
    this.target.over("done");
    this.machine.dispose();
  }
}

function outcome(machine: Machine) {
  return { hash: machine.stateHash(), exits: guestExits(machine.exitCounts()) };
}

/** gdb's side of a session: what it is sent, as text. */
function gdbOf(target: ServedTarget) {
  const sent: string[] = [];
  const connection = {
    send: (bytes: Uint8Array) => void sent.push(Buffer.from(bytes).toString("latin1")),
    close: () => undefined,
  };
  return { sent, session: new GdbSession(connection, target) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a run of the service behind gdb", () => {
  test("is what it would have been, whatever bytes come from gdb", async () => {
    const beginnings = [
      "vCont;s:1",
      "vCont;c",
      "Z0,",
      "z0,",
      "Z2,",
      "m",
      "M",
      "P9=",
      "p",
      "qRcmd,",
    ];
    const payload = fc.oneof(
      fc
        .tuple(
          fc.constantFrom(...beginnings, "g", "G", "?", "s", "c", "H", "X", "vCont;"),
          fc.oneof(
            fc.string({ unit: "binary", maxLength: 12 }),
            fc.constantFrom("80000004,4", "80002000,8", "8000000c,2", "", "0100000000000000"),
          ),
        )
        .map(([beginning, rest]) => beginning + rest),
      fc.string({ unit: "binary", maxLength: 20 }),
    );
    const input = fc.oneof(
      { weight: 6, arbitrary: payload.map((text) => writePacket(text)) },
      { weight: 1, arbitrary: fc.constant(Uint8Array.of(3)) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 20 }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(input, { maxLength: 30 }), async (inputs) => {
        const served = new Served();
        const alone = machineOf();
        served.target.attach();
        await served.pass(100);
        const { session } = gdbOf(served.target);
        for (const bytes of inputs) {
          session.receive(bytes);
          await vi.advanceTimersByTimeAsync(1);
          served.turn();
        }
        session.leave();
        await vi.advanceTimersByTimeAsync(1);
        expect(served.debug.isAttached).toBe(false);
        served.machine.run(10_000 - served.machine.steps);
        alone.run(10_000);
        expect(outcome(served.machine)).toEqual(outcome(alone));
        served.end();
        alone.dispose();
      }),
      { numRuns: 5 },
    );
  });

  test("executes each step once, however much of what is said gets lost", async () => {
    let state = 12345;
    const loses = () => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return state >>> 16 < 0x6000;
    };
    const served = new Served(loses);
    served.target.attach();
    while (served.target.presentHart !== 0 || served.target.where === "") await served.pass(500);
    const alone = machineOf();
    alone.run(served.machine.steps);
    const { sent, session } = gdbOf(served.target);
    for (let step = 0; step < 10; step++) {
      const stops = () => sent.filter((text) => text.startsWith("$T")).length;
      const before = stops();
      session.receive(writePacket("vCont;s:1"));
      while (stops() === before) await served.pass(500);
      while (alone.debug.readRegister(0, debugRegisters.pc) !== served.pc) {
        expect(alone.steps).toBeLessThan(served.machine.steps);
        alone.run(1);
      }
      expect(alone.steps).toBe(served.machine.steps);
    }
    served.end();
    alone.dispose();
  });

  test("refuses to be written to, and says why", async () => {
    const served = new Served();
    served.target.attach();
    await served.pass(100);
    const before = outcome(served.machine);
    const { sent, session } = gdbOf(served.target);
    for (const packet of ["P9=0100000000000000", "M80002000,1:01", "X80002000,1:a", "G00"]) {
      session.receive(writePacket(packet));
      await vi.advanceTimersByTimeAsync(1);
    }
    session.receive(writePacket(`G${"00".repeat(264)}`));
    await vi.advanceTimersByTimeAsync(1);
    const refused = sent.filter((text) => text.includes("$E.this run is graded"));
    expect(refused.length).toBe(4);
    expect(outcome(served.machine)).toEqual(before);
    served.end();
  });

  test("that goes on from an earlier state stops there, tells gdb, and keeps its breakpoints", async () => {
    const served = new Served();
    served.target.attach();
    await served.pass(1000);
    const gdb = gdbOf(served.target);
    gdb.session.receive(writePacket("Z0,80000008,4"));
    gdb.session.receive(writePacket("vCont;c"));
    await vi.advanceTimersByTimeAsync(1);
    served.turn(1000);
    expect(gdb.sent.at(-1)).toContain("swbreak");
    // Its worker is lost; another one has what the run was when it began.
    served.machine.dispose();
    served.machine = machineOf();
    served.begin({ session, points: served.debug.save()?.points ?? points, epoch: 2 });
    // It may be heard of before it stands.
    served.debug.hear("look", served.machine);
    await served.pass(1000);
    gdb.session.receive(writePacket("vCont;c"));
    const [words = "", stop] = gdb.sent.slice(-2);
    const [, hex = ""] = /^\$O([0-9a-f]+)#/.exec(words) ?? [];
    expect(Buffer.from(hex, "hex").toString()).toContain("from its last checkpoint, at 0 instr");
    expect(stop).toContain("$T02");
    gdb.session.receive(writePacket("vCont;c"));
    await vi.advanceTimersByTimeAsync(1);
    served.turn(1000);
    expect(gdb.sent.at(-1)).toContain("swbreak");
    expect(served.pc).toBe(BigInt(start + 8));
    served.end();
  });

  test("stops for a Ctrl-C, however much of what is said gets lost, also what it was to go on for", async () => {
    let isDeaf = false;
    let count = 0;
    const served = new Served(() => isDeaf || ++count % 3 === 0);
    served.target.attach();
    await served.pass(3000);
    const gdb = gdbOf(served.target);
    const isStopped = () => gdb.sent.at(-1)?.startsWith("$T") ?? false;
    for (const deafFor of [0, 600, 3000]) {
      isDeaf = deafFor > 0;
      gdb.session.receive(writePacket("vCont;c"));
      await served.pass(deafFor);
      expect(isStopped()).toBe(false);
      gdb.session.receive(Uint8Array.of(3));
      await served.pass(deafFor);
      isDeaf = false;
      await served.pass(4000);
      expect(isStopped()).toBe(true);
      expect(served.debug.holds(served.machine)).toBe(true);
    }
    served.end();
  });

  test("stops before an access that is watched for, and goes on past it", async () => {
    const served = new Served();
    served.target.attach();
    await served.pass(100);
    const gdb = gdbOf(served.target);
    gdb.session.receive(writePacket("Z2,80002000,8"));
    for (let n = 0; n < 3; n++) {
      gdb.session.receive(writePacket("vCont;c"));
      await vi.advanceTimersByTimeAsync(1);
      served.turn(1000);
      expect(gdb.sent.at(-1)).toMatch(/^\$T05thread:[12];watch:80002000;/);
    }
    served.end();
  });

  test("says to a gdb that waits that its debugger has to leave, and ends the connection", async () => {
    const served = new Served();
    served.target.attach();
    await served.pass(100);
    const gdb = gdbOf(served.target);
    gdb.session.receive(writePacket("vCont;c"));
    await vi.advanceTimersByTimeAsync(1);
    served.target.hear({ session, worker: "w", epoch: 1, over: { words: "it was held too long" } });
    expect(gdb.sent.at(-1)).toContain(Buffer.from("it was held too long").toString("hex"));
    expect(await served.target.ended).toBe("it was held too long");
    served.end();
  });
});
