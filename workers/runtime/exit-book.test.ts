import { describe, expect, test } from "vitest";
import { parseAssignment } from "../../shared/schema/parse-assignment.ts";
import type { RunExits } from "../../shared/schema/run-exits.ts";
import { type StoredExits, toStoredExits } from "../../shared/schema/stored-exits.ts";
import { ExitBook } from "./exit-book.ts";
import type { RunAccount } from "./thread/run-ledger.ts";

const assignment = parseAssignment(
  `name: greet
title: Greet
machine: { ram: 16M, firmware: none, kernel: { file: kernel } }
limits: { instructions: 100M }
steps:
  - { name: Greets, expect: hello, within: 10M, points: 1 }
  - { name: Secret, expect: bye, within: 10M, visibility: hidden, points: 1 }
`,
  "greet",
);

function account(instructions: number): RunAccount {
  const time = { guest: 5, monitor: 0, idle: 0, waiting: 0, paused: 0, driver: 0 };
  const report = { instructions, rows: [{ category: "csr", count: 3 }], time };
  return { total: report, steps: [1, 2].map((atInstruction) => ({ atInstruction, report })) };
}

/** A book, and what it has written. */
function open({ told, isDown = false }: { told?: StoredExits; isDown?: boolean } = {}) {
  const written: StoredExits[] = [];
  const heard: RunExits[] = [];
  const profiles: string[] = [];
  const book = new ExitBook(
    {
      ...{ assignment, submission: "s-aaaaaaaaaaaaaaaa" },
      identity: { name: "here", runtime: "node 26" },
      moveRate: { pagesPerSecond: 1000, least: 3 },
      onExits: (exits) => heard.push(exits),
      journal: {
        epoch: 3,
        toldExits: async () => told,
        tellProfile: async (folded) => {
          profiles.push(folded);
          return true;
        },
        tellExits: async (exits) => {
          if (isDown) throw new Error("nobody answers");
          written.push(exits);
          return true;
        },
      },
    },
    100,
  );
  return { book, written, heard, profiles };
}

describe("ExitBook", () => {
  test("says how long a guest would stand still, as fast as the worker's moves were, until it is over", async () => {
    const { book, heard } = open();
    const gauges = { translatedRegions: 0, translatedBytes: 0, evictions: 0, tlbFills: 0 };
    const { total, steps } = account(200);
    const known = { ...gauges, residentPages: 50, dirtyPagesPerSecond: 10 };
    book.hear({ steps, total: { ...total, gauges: known } });
    await book.leave();
    expect(heard[0]?.total.gauges?.predictedDowntime).toBe(53e6);
    await book.close();
    expect(heard.at(-1)?.total.gauges).toEqual(known);
  });

  test("writes what it hears with the names that students may see, and at the end that it is one", async () => {
    const { book, written, heard } = open();
    book.hear(account(200));
    await book.close();
    expect(written.map(({ state }) => state)).toEqual(["running", "ended"]);
    expect(heard.map(({ state }) => state)).toEqual(["running", "ended"]);
    expect(written[1]?.steps.map(({ name, kind }) => [name, kind])).toEqual([
      ["Greets", "expect"],
      ["a hidden step", "expect"],
    ]);
    expect(written[1]?.stays).toEqual([
      { worker: "here", runtime: "node 26", epoch: 3, from: 100, to: 200 },
    ]);
  });

  test("knows who had the run before, also one that was lost before it had told much", async () => {
    const stay = (epoch: number, from: number, to: number) => {
      return { worker: `w${epoch}`, runtime: "deno 2", epoch, from, to };
    };
    const { book, heard } = open();
    book.hear(account(1));
    await book.leave();
    const [one] = heard as [RunExits];
    const told = toStoredExits({
      ...one,
      stays: [stay(1, 0, 10), stay(2, 60, 180), stay(3, 7, 8)],
    });
    const next = open({ told });
    next.book.hear(account(200));
    await next.book.leave();
    expect(next.heard[0]?.stays.map(({ worker, from, to }) => [worker, from, to])).toEqual([
      ["w1", 0, 60],
      ["w2", 60, 100],
      ["here", 100, 200],
    ]);
  });

  test("knows of a worker that was lost, and of none that has left", async () => {
    const { book, heard } = open();
    book.hear(account(1));
    await book.leave();
    const [one] = heard as [RunExits];
    const place = { span: "00f067aa0ba902b7", began: 5, told: 7 };
    const stay = { worker: "w2", runtime: "deno 2", epoch: 2, from: 60, to: 180 };
    const told = (stays: RunExits["stays"]) => toStoredExits({ ...one, epoch: 2, stays });
    const { book: next } = open({ told: told([{ ...stay, open: place }]) });
    expect((await next.lost)?.stay).toEqual({ ...stay, to: 100, open: place });
    expect(await open({ told: told([stay]) }).book.lost).toBeUndefined();
    expect(await open().book.lost).toBeUndefined();
  });

  test("a store that does not answer ends nothing", async () => {
    const { book, heard } = open({ isDown: true });
    book.hear(account(1));
    await book.close();
    expect(heard).toHaveLength(2);
  });

  test("keeps the stacks that were seen most of a profile that is too large", async () => {
    const { book, profiles } = open();
    const line = (i: number) => `${"f".repeat(1000)}${i} ${i}\n`;
    book.profile(Array.from({ length: 2000 }, (_, i) => line(i)).join(""));
    await book.leave();
    const [kept] = profiles as [string];
    expect(kept.length).toBeLessThanOrEqual(2 ** 20);
    expect(kept).toContain("1999 1999\n");
    expect(kept).not.toContain("f10 10\n");
  });
});
