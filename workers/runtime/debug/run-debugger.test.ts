import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { DebugReport } from "../../../shared/protocol/debug-report.ts";
import type { DebugCommand } from "../thread/debug-protocol.ts";
import { RunDebugger } from "./run-debugger.ts";

const session = "one";
const running = { at: 5, harts: ["running" as const] };
const stop = { id: "1.1", why: { kind: "asked" as const }, hart: 0, registers: [] };
const stopped = { ...running, stop };
const look = { session, n: 0, ask: { do: "look" as const } };

function debuggerOf(heldBefore = 0) {
  const commands: DebugCommand[] = [];
  const reports: DebugReport[] = [];
  const held: number[] = [];
  const run = {
    submission: "s",
    epoch: () => 3,
    send: (one: DebugCommand) => void commands.push(one),
  };
  const ports = {
    ...{ worker: "w", allowance: 60_000 },
    report: async (_: string, report: DebugReport) => void reports.push(report),
    heldSoFar: async () => heldBefore,
    noteHeld: async (_: string, more: number) => void held.push(more),
  };
  return { commands, reports, held, attended: new RunDebugger(run, ports, () => undefined) };
}

describe("the debugger of a run", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** With signs of life. */
  const pass = async (milliseconds: number, attended: RunDebugger) => {
    for (let passed = 0; passed < milliseconds; passed += 1000) {
      attended.ask(look);
      await vi.advanceTimersByTimeAsync(1000);
    }
  };

  test("is sent away when it has held the guest for as long as all may, and what ran does not count", async () => {
    const { attended, commands, reports, held } = debuggerOf(20_000);
    attended.hear({ session, status: stopped });
    await pass(30_000, attended);
    attended.hear({ session, status: running });
    expect(held).toEqual([30_000]);
    await pass(100_000, attended);
    expect(commands).not.toContain("leave");
    attended.hear({ session, status: { ...stopped, stop: { ...stop, id: "1.2" } } });
    await pass(9_000, attended);
    expect(commands).not.toContain("leave");
    await pass(3_000, attended);
    expect(commands).toContain("leave");
    expect(reports.at(-1)?.over?.words).toContain("for 60 seconds");
    const { ask } = {
      ask: { do: "attach" as const, points: { breakpoints: [], watchpoints: [] } },
    };
    const sent = commands.length;
    attended.ask({ session: "two", n: 0, ask });
    expect(commands.length).toBe(sent);
    expect(reports.at(-1)).toMatchObject({ session: "two", over: {} });
  });

  test("is sent away when nothing is heard of it", async () => {
    const { attended, commands } = debuggerOf();
    attended.hear({ session, status: running });
    await vi.advanceTimersByTimeAsync(14_000);
    expect(commands).toEqual([]);
    await vi.advanceTimersByTimeAsync(3000);
    expect(commands).toEqual(["leave"]);
  });

  test("hears the end of a run with its status, and nothing of a run that has gone elsewhere", () => {
    const [ends, goes] = [debuggerOf(), debuggerOf()];
    for (const { attended } of [ends, goes]) attended.hear({ session, status: running });
    ends.attended.finish("the guest has powered off", 3);
    goes.attended.end();
    expect(ends.reports.at(-1)).toMatchObject({ epoch: 3, worker: "w", over: { exit: 3 } });
    expect(goes.reports.length).toBe(1);
  });
});
