import { describe, expect, test } from "vitest";
import { type GuestRun, MonitorFault, runGuest } from "./run-guest.ts";
import type { MonitorThreadEvents, SpawnMonitorThread } from "./thread/monitor-thread.ts";
import { type RunReport, type ThreadStart, threadControl } from "./thread/thread-protocol.ts";

const report: RunReport = {
  end: { kind: "completed" },
  steps: [],
  instructions: 1,
  exits: {},
  consoleBytes: 0,
  recentOutput: "",
};

/** A thread that does what the test says once it is started, and notes that it was ended. */
function thread(act: (events: MonitorThreadEvents, start: ThreadStart) => void) {
  const ended = { count: 0 };
  const spawn: SpawnMonitorThread = (events) => ({
    start: (message) => act(events, message),
    terminate: async () => {
      ended.count += 1;
    },
  });
  return { spawn, ended };
}

function run(part: Partial<GuestRun> = {}): GuestRun {
  return {
    start: {
      config: {} as ThreadStart["config"],
      disks: [],
      steps: [
        { kind: "expect", pattern: "a", within: 1 },
        { kind: "expect", pattern: "b", within: 1 },
        { kind: "expect", pattern: "c", within: 1 },
      ],
      limits: { instructions: 1, memoryBytes: 1, outputBytes: 1 },
    },
    wallClock: 60_000,
    grace: 20,
    signal: new AbortController().signal,
    onMessage: () => undefined,
    ...part,
  };
}

describe("runGuest", () => {
  test("gives the thread's report and ends the thread", async () => {
    const { spawn, ended } = thread(({ onMessage }) => onMessage({ type: "end", report }));
    expect(await runGuest(spawn, run())).toBe(report);
    expect(ended.count).toBe(1);
  });

  test("throws a MonitorFault when the monitor fails or its thread dies", async () => {
    const failing = thread(({ onMessage }) =>
      onMessage({ type: "fault", message: "defect", stack: "" }),
    );
    await expect(runGuest(failing.spawn, run())).rejects.toThrow(MonitorFault);
    const dying = thread(({ onDeath }) => onDeath("out of memory"));
    await expect(runGuest(dying.spawn, run())).rejects.toThrow("out of memory");
    expect([failing.ended.count, dying.ended.count]).toEqual([1, 1]);
  });

  test("asks the thread to stop at the wall-clock guard", async () => {
    const { spawn } = thread(({ onMessage }, { control }) => {
      const word = new Int32Array(control);
      const timer = setInterval(() => {
        if (Atomics.load(word, 0) === threadControl.stop) {
          clearInterval(timer);
          onMessage({ type: "end", report: { ...report, end: { kind: "wall-clock" } } });
        }
      }, 5);
    });
    expect((await runGuest(spawn, run({ wallClock: 20 }))).end.kind).toBe("wall-clock");
  });

  test("grades a thread that does not even stop from what it had reported", async () => {
    const passed = { state: "passed", waitedFor: "a", sentence: "Saw a." } as const;
    const { spawn, ended } = thread(({ onMessage }) => {
      onMessage({ type: "step", index: 0, report: passed });
      onMessage({ type: "progress", instructions: 42, step: 1 });
    });
    const known = await runGuest(spawn, run({ wallClock: 10 }));
    expect(known).toMatchObject({ end: { kind: "wall-clock" }, instructions: 42 });
    expect(known.steps.map((step) => step.state)).toEqual(["passed", "failed", "not-reached"]);
    expect(ended.count).toBe(1);
  });

  test("ends the thread at once when its run is aborted, before or while it runs", async () => {
    const { spawn, ended } = thread(() => undefined);
    const abort = new AbortController();
    const pending = runGuest(spawn, run({ signal: abort.signal }));
    abort.abort(new Error("cancelled"));
    await expect(pending).rejects.toThrow("cancelled");
    expect(ended.count).toBe(1);
    await expect(runGuest(spawn, run({ signal: abort.signal }))).rejects.toThrow("cancelled");
  });
});
