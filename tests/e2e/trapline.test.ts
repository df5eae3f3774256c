import { type ChildProcessWithoutNullStreams, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gradescopeSchema } from "../../shared/schema/gradescope.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const trapline = join(root, "services/cli/trapline.mjs");
const guest = (name: string) => join(root, `tests/guests/bin/${name}.elf`);

/** What the commands of a person at a terminal do, against one service. */
describe("trapline serve, submit and result", () => {
  let temporary: string;
  let server: ChildProcessWithoutNullStreams;
  let api = "";

  beforeAll(async () => {
    temporary = await mkdtemp(join(tmpdir(), "trapline-e2e-"));
    server = spawn(process.execPath, [trapline, "serve", "--port", "0"], {
      env: { ...process.env, TMPDIR: temporary },
    });
    api = await new Promise<string>((resolve, reject) => {
      let text = "";
      server.stdout.on("data", (chunk) => {
        text += String(chunk);
        const url = /at (http:\S+) with 2 workers under deno/.exec(text)?.[1];
        if (url !== undefined) {
          resolve(url);
        }
      });
      server.once("exit", (status) => reject(new Error(`serve ended with status ${status}`)));
    });
  });

  afterAll(async () => {
    if (server?.exitCode === null) {
      server.kill("SIGTERM");
      // A second one comes while it stops, as from `timeout`: it stops all the same.
      setTimeout(() => server.kill("SIGTERM"), 100);
      const [status] = await once(server, "exit");
      expect(status).toBe(0);
      await expect(fetch(`${api}/healthz`)).rejects.toThrow();
    }
    await rm(temporary, { recursive: true, force: true });
  });

  const run = (...words: string[]) =>
    new Promise<{ status: number; out: string; err: string }>((resolve) => {
      execFile(
        process.execPath,
        [trapline, ...words],
        { env: { ...process.env, TRAPLINE_API: api }, cwd: root },
        (error, out, err) => resolve({ status: Number(error?.code ?? 0), out, err }),
      );
    });

  test("hands in, shows the console and the grade", async () => {
    const { status, out, err } = await run("submit", "hello-kernel", guest("hello"), "--follow");
    expect(err).toContain("· booting on worker-");
    expect(out).toContain("Hello from the bare machine!\n");
    expect(out).toContain("10 of 10 points.");
    expect(status).toBe(0);
  });

  test("explains a partial grade, and shows it again later", async () => {
    const { out } = await run("submit", "hello-kernel", `kernel=${guest("hello-broken")}`);
    const id = out.trim();
    expect(id).toMatch(/^s-[a-z2-7]{16}$/);
    await expect.poll(async () => (await run("result", id)).status, { timeout: 30_000 }).toBe(0);
    const result = await run("result", id);
    expect(result.out).toContain('"Repeats the line" failed: Waited 50,000,000 instructions for');
    expect(result.out).toContain("| say something> ");
    const exits = await run("exits", id, "--compare", id);
    expect(exits.out).toMatch(/^exit +s-\w+ +time +s-\w+ +time\n/);
    expect(exits.out).toMatch(/^ {2}uart0 +([\d,]+) .*\b\1\b/m);
    const one = await run("exits", id, "--steps", "--watch");
    expect(one.out).toMatch(/^exit +count +share +time +share +min +mean +p50 +p99 +max\n/);
    expect(one.out).toContain("Until step 4, Repeats the line, at instruction ");
    const json = await run("result", id, "--json");
    expect(gradescopeSchema.parse(JSON.parse(json.out)).score).toBe(4);
  });

  test.each([
    [["submit", "helo-kernel", "x"], "the nearest is 'hello-kernel'"],
    [["submit", "hello-kernel"], "hello-kernel also wants: kernel"],
    [["submit", "hello-kernel", "no-such-file"], "the file 'no-such-file' cannot be read"],
    [["submit", "hello-kernel", "x", "--api", "http://127.0.0.1:9"], "nobody answers"],
    [["submit", "hello-kernel", "x", "--api", "nonsense"], "is not the address of an API"],
    [["result", "s-aaaaaaaaaaaaaaaa"], "unknown submission"],
    [["result"], "one submission's id is wanted"],
    [["result", "--jsno"], "Unknown option '--jsno'"],
    [["serve", "--workers", "none"], "--workers none is not a number"],
    [["serve", "--runtime", "bun"], "there is no runtime 'bun'"],
  ])("answers %j with a sentence and a hint, not with a stack", async (words, sentence) => {
    const { status, err } = await run(...words);
    expect(status).toBe(1);
    expect(err).toContain(sentence);
    expect(err.split("\n").length).toBeLessThan(5);
    expect(err).not.toMatch(/^ {4}at /m);
  });

  test("says so when its port is taken", async () => {
    const { status, err } = await run("serve", "--port", new URL(api).port);
    expect(status).toBe(1);
    expect(err).toContain("The API cannot listen on");
  });

  test("ends everything it has started, and its files, on SIGINT", async () => {
    const before = processesUnder(server.pid ?? 0);
    expect(before.length).toBeGreaterThanOrEqual(4);
    server.kill("SIGINT");
    const [status] = (await once(server, "exit")) as [number];
    expect(status).toBe(0);
    expect(before.filter(isAlive)).toEqual([]);
    expect(readdirSync(temporary).filter((name) => name.startsWith("trapline-"))).toEqual([]);
  });
});

/** All descendants of a process, from the kernel's table. */
function processesUnder(parent: number): number[] {
  const parents = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(Number(name))] as const);
  const children = parents.filter(([, its]) => its === parent).map(([pid]) => pid);
  return children.flatMap((pid) => [pid, ...processesUnder(pid)]);
}

function parentOf(pid: number): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]);
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
