import { expect, test } from "vitest";
import { ActiveRuns } from "./active-runs.ts";

test("a run has a place from when it comes, and is told of when it has begun", async () => {
  const runs = new ActiveRuns();
  let changes = 0;
  runs.onChange = () => changes++;
  await runs.during("s-1", "", async (run) => {
    expect(runs.status).toEqual({ runs: [], coming: 1 });
    run.note({ epoch: 2, instructions: 5 });
    expect(runs.status).toEqual({ runs: [{ run: "s-1", epoch: 2, instructions: 5 }], coming: 0 });
    await runs.during("s-2", "", async () => {
      expect(runs.status).toMatchObject({ runs: [{ run: "s-1" }], coming: 1 });
    });
  });
  expect(runs.status).toEqual({ runs: [], coming: 0 });
  expect(changes).toBe(4);
});
