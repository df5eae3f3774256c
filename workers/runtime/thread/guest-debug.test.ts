import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { debugReportSchema } from "../../../shared/protocol/debug-report.ts";
import { type DebugAsk, debugRequestSchema } from "../../../shared/protocol/debug-request.ts";
import { asm, assemble, type Line } from "../../../tests/support/assembler.ts";
import { bareMetal, recordedConsole, smallMonitor } from "../../../tests/support/run-guest.ts";
import { nativeHash } from "../../host/native-hash.ts";
import { guestExits, type Machine } from "../../vmm/mod.ts";
import type { DebugMessage } from "./debug-protocol.ts";
import { GuestDebug } from "./guest-debug.ts";

const start = 0x8000_0000;
const monitor = smallMonitor();
const session = "one";
const none = { breakpoints: [], watchpoints: [] };
const program: Line[] = [
  asm("auipc", { rd: 8, imm: 0x2000 }),
  "again",
  asm("addi", { rd: 9, rs1: 9, imm: 1 }),
  asm("sd", { rs1: 8, rs2: 9, imm: 0 }),
  asm("jal", { rd: 0, to: "again" }),
];

function machineOf(): Machine {
  return monitor.createMachine(bareMetal(assemble(start, program)), {
    console: recordedConsole().sink,
    disks: new Map(),
  });
}

function debugged() {
  const machine = machineOf();
  const said: DebugMessage[] = [];
  const debug = new GuestDebug((message) => void said.push(message), undefined);
  let n = 0;
  const ask = (one: DebugAsk, of = session) =>
    debug.hear({ session: of, n: n++, ask: one }, machine);
  const turn = () => !debug.holds(machine) && debug.run(machine, 20);
  const stop = () => said.findLast(({ status }) => status)?.status?.stop;
  return { machine, said, debug, ask, turn, stop };
}

describe("the debugger of a guest", () => {
  test("does not change the guest and does not throw, whatever it is asked", () => {
    const hex = fc.oneof(
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => value.toString(16)),
      fc.constantFrom("80000004", "80000008", "80002000", "ffffffffffffffff", "0"),
    );
    const hart = fc.nat(63);
    const kind = fc.constantFrom("store" as const, "load" as const, "access" as const);
    const points = fc.record({
      breakpoints: fc.array(hex, { maxLength: 5 }),
      watchpoints: fc.array(fc.record({ kind, address: hex, bytes: fc.nat(2 ** 31) }), {
        maxLength: 3,
      }),
    });
    const ask = fc.oneof(
      fc.record({ do: fc.constant("attach"), points }),
      fc.record({ do: fc.constantFrom("stop", "look") }),
      fc.record({ do: fc.constant("go"), points }),
      fc.record({ do: fc.constant("step"), hart }),
      fc.record({ do: fc.constant("register"), hart, register: fc.nat(5000) }),
      fc.record({ do: fc.constant("memory"), hart, address: hex, bytes: fc.nat(8192) }),
      fc.record({
        do: fc.constant("monitor"),
        line: fc.oneof(
          fc.string({ maxLength: 60 }),
          fc.constantFrom("info registers -a", "info mem", "info tlb", "x/5i $pc", "quit", "cpu 7"),
        ),
      }),
    );
    const alone = machineOf();
    alone.run(3000);
    const expected = [alone.stateHash(nativeHash), guestExits(alone.exitCounts())];
    alone.dispose();
    fc.assert(
      fc.property(fc.array(ask, { maxLength: 30 }), (asks) => {
        const { machine, said, debug, turn, stop } = debugged();
        for (const [n, one] of asks.entries()) {
          const named = { ...one, stop: stop()?.id ?? "none" };
          debug.hear(debugRequestSchema.parse({ session, n, ask: named }), machine);
          turn();
        }
        for (const message of said) {
          debugReportSchema.omit({ over: true }).parse({ worker: "w", epoch: 1, ...message });
        }
        debug.hear("leave", machine);
        machine.run(3000 - machine.steps);
        expect([machine.stateHash(nativeHash), guestExits(machine.exitCounts())]).toEqual(expected);
        machine.dispose();
      }),
      { numRuns: 30 },
    );
  });

  test("goes on once from each stop, however often it is told to", () => {
    const { machine, ask, turn, stop, debug } = debugged();
    ask({ do: "attach", points: none });
    turn();
    const id = stop()?.id ?? "";
    const before = machine.steps;
    for (let n = 0; n < 3; n++) {
      ask({ do: "step", stop: id, hart: 0 });
      turn();
    }
    expect(machine.steps).toBe(before + 1);
    expect(stop()?.why.kind).toBe("stepped");
    ask({ do: "go", stop: id });
    expect(debug.holds(machine)).toBe(true);
    machine.dispose();
  });

  test("makes room for another one, and hears of it", () => {
    const { machine, said, ask, turn } = debugged();
    ask({ do: "attach", points: none });
    turn();
    ask({ do: "attach", points: none }, "two");
    expect(said.find(({ over }) => over)).toMatchObject({ session });
    ask({ do: "look" });
    expect(said.at(-1)?.session).toBe("two");
    machine.dispose();
  });

  test("goes along with the guest, stopped as it is, under the same name", () => {
    const { machine, said, ask, turn, debug, stop } = debugged();
    ask({ do: "attach", points: { ...none, breakpoints: ["80000008"] } });
    turn();
    ask({ do: "go", stop: stop()?.id ?? "" });
    turn();
    const before = stop();
    expect(before?.why.kind).toBe("breakpoint");
    const there = new GuestDebug((message) => void said.push(message), undefined);
    there.takeUp(machine, structuredClone(debug.save()));
    there.hear("look", machine);
    expect(there.holds(machine)).toBe(true);
    expect(stop()).toEqual(before);
    machine.dispose();
  });
});
