import { describe, expect, test } from "vitest";
import { type GuestRun, MonitorFault, runGuest, TranslationTrapped } from "./run-guest.ts";
import type { RunEvents } from "./thread/pooled-thread.ts";
import { type RunReport, type ThreadStart, threadControl } from "./thread/thread-protocol.ts";

const report: RunReport = {
  end: { kind: "completed" },
  steps: [],
  instructions: 1,
  exits: {},
  consoleBytes: 0,
  recentOutput: "",
};

/** A pool of which a run does what the test says, and that notes whether it was dropped. */
function pool(act: (events: RunEvents, start: ThreadStart) => void) {
  const dropped = { count: 0 };
  const start = (message: ThreadStart, events: RunEvents) => {
    act(events, message);
    return {
      drop: () => {
        dropped.count += 1;
      },
      release: () => undefined,
      move: () => undefined,
      debug: () => undefined,
      handOver: () => true,
      giveImages: () => undefined,
      giveTemplate: async () => undefined,
      supply: () => undefined,
      templateWasRead: () => undefined,
      hasThread: true,
    };
  };
  const copyFrame = (frame: number) => Uint8Array.of(frame);
  return { start, dropped, copyFrame };
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
      limits: { instructions: 1, memoryBytes: 1, outputBytes: 1, wallClock: 60_000 },
    },
    signal: new AbortController().signal,
    onMessage: () => undefined,
    ...part,
  };
}

describe("runGuest", () => {
  test("gives the thread's report, and a control word that lets the guest go on", async () => {
    let word: number | undefined;
    const good = pool(({ onMessage }, { control }) => {
      word = new Int32Array(control)[0];
      onMessage({ type: "end", report });
    });
    expect(await runGuest(good, run())).toBe(report);
    expect(word).toBe(threadControl.goOn);
  });

  test("throws a MonitorFault when the monitor fails or its thread dies", async () => {
    const failing = pool(({ onMessage }) =>
      onMessage({ type: "fault", message: "defect", stack: "" }),
    );
    await expect(runGuest(failing, run())).rejects.toThrow(MonitorFault);
    const dying = pool(({ onDeath }) => onDeath("out of memory"));
    await expect(runGuest(dying, run())).rejects.toThrow("out of memory");
  });

  test("throws a TranslationTrapped when the run's translated code has failed", async () => {
    const trapping = pool(({ onMessage }) =>
      onMessage({ type: "translation-trap", message: "oh" }),
    );
    await expect(runGuest(trapping, run())).rejects.toThrow(TranslationTrapped);
  });

  test("passes on what the run says while it runs", async () => {
    const heard: string[] = [];
    const talking = pool(({ onMessage }) => {
      onMessage({ type: "console", bytes: new Uint8Array(3) });
      onMessage({ type: "progress", instructions: 5, step: 0, used: 1 });
      onMessage({ type: "end", report });
    });
    await runGuest(talking, run({ onMessage: ({ type }) => heard.push(type) }));
    expect(heard).toEqual(["console", "progress"]);
  });

  test("grades a run that held its thread for too long from what it had reported", async () => {
    const passed = { state: "passed", waitedFor: "a", sentence: "Saw a." } as const;
    const holding = pool(({ onMessage, onOvertime }) => {
      onMessage({ type: "step", index: 0, report: passed });
      onMessage({ type: "progress", instructions: 42, step: 1, used: 1 });
      onOvertime();
    });
    const known = await runGuest(holding, run());
    expect(known).toMatchObject({ end: { kind: "wall-clock" }, instructions: 42 });
    expect(known.steps.map((step) => step.state)).toEqual(["passed", "failed", "not-reached"]);
  });

  test("drops the run at once when it is aborted, before or while it runs", async () => {
    const silent = pool(() => undefined);
    const abort = new AbortController();
    const pending = runGuest(silent, run({ signal: abort.signal }));
    abort.abort(new Error("cancelled"));
    await expect(pending).rejects.toThrow("cancelled");
    expect(silent.dropped.count).toBe(1);
    await expect(runGuest(silent, run({ signal: abort.signal }))).rejects.toThrow("cancelled");
    expect(silent.dropped.count).toBe(1);
  });
});
