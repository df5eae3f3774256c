import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { UsageFailure } from "../usage-failure.ts";

export interface ProcessPlan {
  readonly name: string;
  readonly command: string;
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  /** Text for the process' standard input. */
  readonly input?: string;
  /** The line of output that says that it can be used. */
  readonly ready: RegExp;
  /** One line of output. */
  readonly onLine: (line: string) => void;
}

/** A process that `trapline serve` has started and will end. */
export interface ServedProcess {
  readonly name: string;
  readonly pid: number;
  /** What `ready` matched. */
  readonly readyMatch: RegExpMatchArray;
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<string>;
  /** Asks it to end, insists after `patience` milliseconds, and waits for it. */
  stop(patience: number): Promise<void>;
}

const startTime = 30_000;

/**
 * Starts a process and waits until it is ready.
 *
 * @throws UsageFailure when it does not exist, ends or stays silent; with its last lines
 */
export async function startProcess(plan: ProcessPlan): Promise<ServedProcess> {
  const child = spawn(plan.command, plan.words, {
    cwd: plan.directory,
    env: plan.environment,
    stdio: [plan.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    // Its own process group: Ctrl-C reaches us only, and we end things in their order.
    detached: true,
  });
  child.stdin?.end(plan.input);
  const lastLines: string[] = [];
  let isReady = false;

  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal ?? `status ${code}`));
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const readyMatch = await new Promise<RegExpMatchArray>((resolve, reject) => {
      const fail = (why: string) => reject(startFailure(plan, why, lastLines));
      for (const stream of [child.stdout, child.stderr]) {
        if (stream !== null) {
          createInterface({ input: stream }).on("line", (line) => {
            const match = isReady ? null : line.match(plan.ready);
            if (match !== null) {
              isReady = true;
              resolve(match);
            } else if (isReady) {
              plan.onLine(line);
            } else {
              lastLines.push(line);
            }
          });
        }
      }
      child.once("error", (error) => fail(error.message));
      child.once("exit", (code, signal) => fail(`ended with ${signal ?? `status ${code}`}`));
      timer = setTimeout(() => fail(`said nothing for ${startTime / 1000} s`), startTime);
    });
    return {
      name: plan.name,
      pid: child.pid ?? 0,
      readyMatch,
      ended,
      stop: (patience) => stopProcess(child, ended, patience),
    };
  } catch (error) {
    await stopProcess(child, ended, 1000);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function stopProcess(
  child: ChildProcess,
  ended: Promise<string>,
  patience: number,
): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), patience);
  await ended;
  clearTimeout(timer);
}

function startFailure(plan: ProcessPlan, why: string, lastLines: readonly string[]): UsageFailure {
  const said = lastLines.slice(-8).map((line) => `\n  | ${line}`);
  return new UsageFailure(
    "serve-start",
    `${plan.name} does not start: ${why}`,
    `the command was: ${[plan.command, ...plan.words].join(" ")}${said.join("")}`,
  );
}
