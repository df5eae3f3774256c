import { describe, expect, test } from "vitest";
import { compiler } from "../../host/compiler.ts";
import type { MachineConfig } from "../../vmm/mod.ts";
import { PcpuPool } from "./pcpu-pool.ts";
import type { PcpuThreadEvents } from "./pcpu-thread.ts";
import {
  type RunReport,
  type ThreadCommand,
  type ThreadStart,
  threadControl,
} from "./thread-protocol.ts";

const mebibyte = 2 ** 20;
const report: RunReport = {
  end: { kind: "completed" },
  steps: [],
  instructions: 1,
  exits: {},
  consoleBytes: 0,
  recentOutput: "",
};

/** Threads that only write down what they are told; the test says what they answer. */
function poolOfFakes(threads: number, options: { isStubborn?: boolean } = {}) {
  const made: {
    readonly events: PcpuThreadEvents;
    readonly commands: ThreadCommand[];
    readonly letEnd: () => void;
    isEnded: boolean;
  }[] = [];
  const pool = new PcpuPool({
    compiler,
    threads,
    memoryBytes: 512 * mebibyte,
    grace: 100,
    spawn: (events) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const fake = { events, commands: [] as ThreadCommand[], letEnd: resolve, isEnded: false };
      made.push(fake);
      return {
        post: (command) => fake.commands.push(command),
        end: () => {
          fake.isEnded = true;
          if (!options.isStubborn) resolve();
          return promise;
        },
        abandon: () => {},
      };
    },
  });
  /** Starts a run. @returns what is heard of it */
  const start = (ramBytes = mebibyte, wallClock = 60_000) => {
    const heard: string[] = [];
    const control = new SharedArrayBuffer(4);
    const message: ThreadStart = {
      ...{ control, disks: [], steps: [] },
      config: { ramBytes, harts: 1, boot: { firmware: "none" } } as unknown as MachineConfig,
      limits: { instructions: 1, memoryBytes: ramBytes, outputBytes: 1, wallClock },
    };
    const { drop } = pool.start(message, {
      onMessage: ({ type }) => heard.push(type),
      onOvertime: () => heard.push("overtime"),
      onDeath: (reason) => heard.push(reason),
    });
    return { heard, drop, control: new Int32Array(control) };
  };
  /** Numbers of the runs that a thread was given. */
  const given = (thread: number) =>
    made[thread]?.commands.flatMap((one) => (one.type === "start" ? [one.run] : []));
  const end = (thread: number, run: number) =>
    made[thread]?.events.onMessage({ run, message: { type: "end", report } });
  return { pool, made, start, given, end };
}

const soon = () => new Promise((resolve) => setTimeout(resolve));

describe("the pool", () => {
  test("makes a thread when one is needed, and gives a run to the one that has the fewest", () => {
    const { made, start, given, end } = poolOfFakes(2);
    expect(made.length).toBe(0);
    start();
    expect(made.length).toBe(1);
    end(0, 1);
    start();
    expect(made.length).toBe(1);
    start();
    start();
    start();
    end(1, 3);
    end(1, 5);
    start();
    expect([given(0), given(1)]).toEqual([
      [1, 2, 4],
      [3, 5, 6],
    ]);
    expect(made[1]?.commands[0]).toMatchObject({ type: "open", memory: { pcpu: 1, pcpus: 2 } });
  });

  test("has a run wait whose memory was promised to others, and those behind it with it", () => {
    const { start, given, end } = poolOfFakes(1);
    start(200 * mebibyte);
    start(200 * mebibyte);
    start(mebibyte);
    expect(given(0)).toEqual([1]);
    end(0, 1);
    expect(given(0)).toEqual([1, 2, 3]);
  });

  test("lets a run that wants more than there is have all there is", () => {
    const { start, given, end } = poolOfFakes(1);
    start(mebibyte);
    start(4000 * mebibyte);
    expect(given(0)).toEqual([1]);
    end(0, 1);
    expect(given(0)).toEqual([1, 2]);
  });

  test("a thread that dies takes its runs with it, no others, and is replaced", async () => {
    const { made, start, given } = poolOfFakes(2);
    const [first, second, third] = [start(), start(), start()];
    made[0]?.events.onDeath("out of memory");
    expect([first.heard, second.heard, third.heard]).toEqual([
      ["out of memory"],
      [],
      ["out of memory"],
    ]);
    await soon();
    start();
    expect(made.length).toBe(3);
    expect(made[2]?.commands[0]).toMatchObject({ type: "open", memory: { pcpu: 0 } });
    expect(given(2)).toEqual([4]);
  });

  test("a thread's part of the memory is nobody's until it has certainly ended", async () => {
    const { made, start, given } = poolOfFakes(1, { isStubborn: true });
    start(200 * mebibyte);
    made[0]?.events.onDeath("a defect");
    start(200 * mebibyte);
    await soon();
    expect(made.length).toBe(1);
    made[0]?.letEnd();
    await soon();
    expect(made.length).toBe(2);
    expect(given(1)).toEqual([2]);
  });

  test("a run that holds its thread for too long is told so, its neighbours that it ended", async () => {
    const { made, start } = poolOfFakes(1);
    const [first, second] = [start(mebibyte, 50), start(mebibyte, 50)];
    made[0]?.events.status.beginTurn(1);
    await expect.poll(() => first.heard, { timeout: 30_000 }).toEqual(["overtime"]);
    expect(second.heard).toEqual([expect.stringContaining("another run")]);
    expect(made[0]?.isEnded).toBe(true);
  });

  test("waiting for one's turn is not held against a run", async () => {
    const { made, start } = poolOfFakes(1);
    const run = start(mebibyte, 50);
    const { status } = made[0]?.events ?? {};
    for (let turn = 0; turn < 8; turn++) {
      status?.beginTurn(1);
      status?.endTurn();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(run.heard).toEqual([]);
    expect(made[0]?.isEnded).toBe(false);
  });

  test("nothing is heard of a run that was dropped, whether it runs or waits", () => {
    const { start, given, end } = poolOfFakes(1);
    const [first, second, third] = [200, 200, 200].map((size) => start(size * mebibyte));
    second?.drop();
    first?.drop();
    expect(first?.control[0]).toBe(threadControl.stop);
    end(0, 1);
    expect(given(0)).toEqual([1, 3]);
    end(0, 3);
    expect([first?.heard, second?.heard, third?.heard]).toEqual([[], [], ["end"]]);
  });

  test("that is closed ends its threads and their runs", async () => {
    const { pool, made, start } = poolOfFakes(2);
    const runs = [start(), start()];
    await pool.close();
    expect(made.map(({ isEnded }) => isEnded)).toEqual([true, true]);
    expect(runs.map(({ heard }) => heard.length)).toEqual([1, 1]);
  });
});
