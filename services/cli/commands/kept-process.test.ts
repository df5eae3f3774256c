import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { KeptProcess } from "./kept-process.ts";
import { restartDelay } from "./restart-delay.ts";

/** A process that is ready at once, and then does what the shell is told. */
function keep(then: string, patience: number | "for ever") {
  const news: string[] = [];
  const plan = {
    ...{ name: "victim", command: "sh", words: ["-c", `echo ready; ${then}`] },
    ...{ environment: { PATH: process.env.PATH ?? "" }, directory: tmpdir(), ready: /^ready$/ },
    onLine: () => undefined,
  };
  const kept = KeptProcess.start({
    ...{ name: "victim", calm: 10_000, patience, plan: () => plan },
    onNews: (line) => news.push(line),
  });
  return { kept, news };
}

test("the wait before a start doubles with each end in a row, up to half a minute", () => {
  const waits = Array.from({ length: 8 }, (_, index) => restartDelay(index + 1) / 1000);
  expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
});

test("a process that is killed comes back, and one line says what has happened", async () => {
  const { kept, news } = keep("exec sleep 60", "for ever");
  const process = await kept;
  const first = process.now?.pid ?? 0;
  globalThis.process.kill(first, "SIGKILL");
  await expect.poll(() => process.now?.pid ?? first, { timeout: 30_000 }).not.toBe(first);
  expect(news.length).toBe(1);
  expect(news[0]).toMatch(
    /^victim has ended \(SIGKILL\) after \d\.\d s; it is started again in 1 s$/,
  );
  await process.stop(1000);
  expect(process.now).toBeUndefined();
});

test("a process that cannot live is given up, with its status", async () => {
  const { kept, news } = keep("exit 3", 1);
  const why = await (await kept).givenUp;
  expect(why).toMatch(/^victim has ended \(status 3\) after \d\.\d s, 2 times in a row$/);
  expect(news.length).toBe(1);
});

test("a process that is stopped stays away, also between two lives", async () => {
  const { kept } = keep("exit 3", "for ever");
  const process = await kept;
  await expect.poll(() => process.now).toBeUndefined();
  await process.stop(1000);
  expect(process.now).toBeUndefined();
});
