import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from "vitest";
import { runCommandLine } from "../../services/cli/command-line.ts";
import { runKeys } from "../../shared/protocol/run-keys.ts";
import { elfWithSymbols } from "../contracts/support/elf-with-symbols.ts";
import { cliProgram } from "../support/cli-program.ts";
import { GdbConsole } from "./gdb-console.ts";
import { rawGuest } from "./raw-guest.ts";
import { type RunOutcome, runOutcome } from "./run-outcome.ts";
import { savedInstructions } from "./saved-instructions.ts";
import { sendSignal } from "./send-signal.ts";
import { startTestService, type TestService } from "./test-service.ts";
import { workingGuest } from "./working-guest.ts";

const hasGdb = GdbConsole.isThere;
const reason = hasGdb ? "" : " (skipped: Debian's package gdb-multiarch is missing)";
const start = 0x8000_0000;
const code = workingGuest(30);
const spinning = rawGuest({ print: "ready\n", ending: "spin" });
const variables = {
  TRAPLINE_CHECKPOINT: "100000000",
  TRAPLINE_GRACE: "30000",
  TRAPLINE_LOCK: "3000",
};

describe.skipIf(!hasGdb)(`gdb-multiarch against a run of the service${reason}`, () => {
  let service: TestService;
  let reference: RunOutcome;
  let folder = "";
  let file = "";
  const consoles: GdbConsole[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "trapline-gdb-"));
    file = join(folder, "guest.elf");
    const segments = [{ address: start, bytes: code, memoryBytes: code.length }];
    await writeFile(file, elfWithSymbols(start, segments, { begin: start }));
    service = await startTestService(["node", "deno"], variables);
    const id = await service.submit("work", code);
    const events = service.events(id);
    reference = runOutcome(await service.ended(id), await events);
  });
  beforeEach(() =>
    onTestFailed(() => {
      for (const gdb of consoles) gdb.end();
      console.log(service.news.join("\n"));
    }),
  );
  afterAll(async () => {
    for (const gdb of consoles) gdb.end();
    await service?.stop();
    await rm(folder, { recursive: true });
  });

  const command = async (...words: string[]) => {
    let text = "";
    const print = (more: string) => {
      text += more;
    };
    await runCommandLine([...words, "--api", service.api.base], { out: print, err: print });
    return text;
  };
  /** `trapline gdb`, and a gdb that it has told how to connect. */
  const debug = async (id: string) => {
    const line = Promise.withResolvers<string>();
    let told = "";
    const ended = runCommandLine(["gdb", id, "--api", service.api.base], {
      out: (text) => line.resolve(text),
      err: (text) => {
        told += text;
      },
    });
    ended.then((status) => line.reject(new Error(`status ${status}: ${told}`)));
    const [, place = ""] = /-ex '(target remote \S+)'/.exec(await line.promise) ?? [];
    const gdb = new GdbConsole([file, "-ex", place]);
    consoles.push(gdb);
    expect(await gdb.answer()).not.toContain("rror");
    return { gdb, ended, told: () => told };
  };
  /** Runs that keep both workers busy until they are cancelled: what is submitted now waits. */
  const occupy = async () => {
    const busy = await Promise.all([1, 2].map(() => service.submit("endless", spinning)));
    for (const id of busy) await service.until(id, ({ state }) => state === "running");
    return async () => void (await Promise.all(busy.map((id) => service.api.cancel(id))));
  };
  const hasDebugger = async (id: string) => {
    const redis = new Redis(service.service.redisUrl);
    while ((await redis.exists(runKeys(id).debugger)) === 0) await sleep(20);
    redis.disconnect();
  };
  /** A run that gdb has from its first instruction on: it waits for gdb, however long that takes. */
  const debugged = async () => {
    const release = await occupy();
    const id = await service.submit("work", code);
    const events = service.events(id);
    const coming = debug(id);
    await hasDebugger(id);
    await release();
    return { id, events, ...(await coming) };
  };
  /** Where the guest begins to power off. */
  const endOf = async (gdb: GdbConsole) =>
    /(0x[0-9a-f]+) <[^>]*>:\tlui\tt0,0x100$/m.exec(await gdb.do("x/100i begin"))?.[1];
  const other = async (id: string) =>
    (await service.record(id)).worker === "worker-1" ? "worker-2" : "worker-1";

  test("stops, steps and looks, refuses to write, goes along with the run when it moves, and changes nothing", async () => {
    const { id, events, gdb, ended } = await debugged();
    // The turn of the loop that stores what it has computed.
    const store = /(0x[0-9a-f]+) <[^>]*>:\tsd\t/.exec(await gdb.do("x/80i begin"))?.[1] ?? "";
    expect(await gdb.do(`break *${store}`)).toContain("Breakpoint 1");
    expect(await gdb.do("continue")).toContain(`${store.slice(2)} in begin`);
    const before = await gdb.do("print/x $s5");
    expect(await gdb.do("stepi")).not.toContain("rror");
    expect(await gdb.do("x/gx $s6")).toContain((before.split(" = 0x")[1] ?? "?").trim());
    // A value that is there already gdb does not write.
    expect(await gdb.do("set var $s5 = 0x123456789")).toContain("this run is graded");
    expect(await gdb.do("set var *(long*)$s6 = 0x123456789")).toContain("Cannot access memory");
    expect(await gdb.do("monitor info registers")).toContain("x21/s5");

    expect(await command("gdb", id)).toContain("another debugger is attached to the run");
    const stranger = new WebSocket(`${service.api.base.replace("http", "ws")}/v1/runs/${id}/debug`);
    const closed = new Promise<number>((resolve) => {
      stranger.addEventListener("close", ({ code: why }) => resolve(why));
    });
    stranger.addEventListener("open", () =>
      stranger.send('{"session":"x","n":0,"ask":{"do":"write"}}'),
    );
    expect(await closed).toBe(4400);

    const stopped = await gdb.do("print $pc");
    expect(await command("migrate", id, "--to", await other(id))).toContain("live, by pre-copy");
    await gdb.do("maintenance flush register-cache");
    expect((await gdb.do("print $pc")).split("=")[1]).toBe(stopped.split("=")[1]);
    expect(await command("migrate", id, "--to", await other(id), "--post-copy")).toContain("live");
    sendSignal(service.service.api, "SIGKILL");
    expect(await gdb.do("stepi")).not.toContain("rror");
    expect(await gdb.do("continue")).toContain("Breakpoint 1,");

    await gdb.do("delete");
    // It must not end meanwhile, however slow the move.
    await gdb.do(`break *${await endOf(gdb)}`);
    gdb.begin("continue");
    expect(await command("migrate", id, "--to", await other(id))).toContain("live");
    await sleep(100);
    gdb.interrupt();
    expect(await gdb.answer()).toMatch(/SIGINT|Breakpoint 2,/);
    expect(await command("migrate", id, "--to", await other(id), "--checkpoint")).toContain(
      "is on",
    );
    expect(await gdb.do("stepi")).not.toContain("rror");
    expect(await gdb.do("detach")).toContain("detached");
    expect(await ended).toBe(0);
    expect(runOutcome(await service.ended(id), await events)).toEqual(reference);
    expect(await command("gdb", id)).toContain(`${id} has ended: graded`);
  });

  test("is told where the run goes on when its worker is killed, and keeps its breakpoints", async () => {
    const { id, events, gdb, ended } = await debugged();
    // Each round of 25 million instructions ends by printing: seven of them are behind a checkpoint.
    const print = /(0x[0-9a-f]+) <[^>]*>:\tsb\t/.exec(await gdb.do("x/100i begin"))?.[1];
    await gdb.do(`break *${print}`);
    expect(await gdb.do("continue")).toContain("Breakpoint 1,");
    expect(await gdb.do("continue 6")).toContain("Breakpoint 1,");
    await gdb.do("delete");
    await gdb.do(`break *${await endOf(gdb)}`);
    await expect.poll(() => savedInstructions(service.blobs, id)).toBeGreaterThanOrEqual(100e6);
    const { worker } = await service.record(id);
    sendSignal(
      service.service.workers.find(({ name }) => name === worker),
      "SIGKILL",
    );
    const told = await gdb.do("continue");
    expect(told).toMatch(/ from its last checkpoint, at 100,000,000 .*Breakpoints are as/);
    expect(told).toContain("SIGINT");
    expect(await gdb.do("continue")).toContain("Breakpoint 2,");
    expect(await gdb.do("continue")).toContain("exited normally");
    await ended;
    expect(runOutcome(await service.ended(id), await events)).toEqual(reference);
  });

  test("has a run that waits in the queue from its first instruction on", async () => {
    const release = await occupy();
    const id = await service.submit("greet", rawGuest({ print: "hello\n", ending: { exit: 0 } }));
    const gdb = [
      GdbConsole.program,
      "-nx",
      "-batch",
      "-ex",
      "info registers pc",
      "-ex",
      "continue",
    ];
    const child = spawn(process.execPath, [
      ...[cliProgram, "gdb", id, "--api", service.api.base, "--"],
      ...gdb,
    ]);
    onTestFailed(() => void child.kill());
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        text += String(chunk);
      });
    }
    const ended = once(child, "close");
    await hasDebugger(id);
    expect(text).toContain(`${id} waits for a worker`);
    await release();
    expect(await ended).toEqual([0, null]);
    expect(text).toMatch(/pc +0x1000/);
    expect(text).toContain("exited normally");
    expect((await service.ended(id)).result?.score).toBe(4);
  });
});
