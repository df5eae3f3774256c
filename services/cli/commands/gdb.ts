import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { listenForStream } from "../../../workers/host/stream-listener.ts";
import { GdbSession } from "../../../workers/runtime/debug/gdb-session.ts";
import { ApiClient, defaultApi } from "../client/api-client.ts";
import { parseWords } from "../client/parse-words.ts";
import type { Command, CommandTerminal } from "../command.ts";
import { DebugLink } from "../gdb/debug-link.ts";
import { findDebuggee } from "../gdb/find-debuggee.ts";
import { ServedTarget } from "../gdb/served-target.ts";
import { UsageFailure } from "../usage-failure.ts";

const usage = "trapline gdb RUN [--port N] [--command] [--api URL] [-- GDB …]";
const options = {
  port: { type: "string" },
  command: { type: "boolean" },
  api: { type: "string" },
} as const;
const lookInterval = 1000;
const highestPort = 65_535;

/** `trapline gdb RUN`: a debugger for a run of the service. */
export const command: Command = {
  help: `usage: ${usage}

Stops a run of the service, waits for a gdb on a port of this machine, and prints the command that starts
one. A run that waits in the queue is stopped at its first instruction. Breakpoints, watchpoints, steps,
registers, memory and \`monitor\` work; nothing can be written: the grade, the state and the exits of the
run are as if there had been no debugger. The session stays when the run moves to another worker. Where
its worker is lost the run goes on from its last checkpoint, and gdb is told.

The run goes on when gdb leaves, when this command ends, and when debuggers have held it for as long as its
worker allows (TRAPLINE_DEBUG, ten minutes in all).

  --port N    the port (default: one that is free)
  --command   print the command and nothing else
  --api URL   the API (default: TRAPLINE_API, else ${defaultApi})
  -- GDB …    start this gdb, with these arguments, and end when it ends:
              trapline gdb RUN -- gdb-multiarch kernel.elf
`,

  async run(words, terminal) {
    const end = words.indexOf("--");
    const own = end < 0 ? words : words.slice(0, end);
    const gdb = end < 0 ? [] : words.slice(end + 1);
    const { values, positionals } = parseWords(own, options, usage);
    const [run] = positionals;
    if (run === undefined || positionals.length > 1) {
      throw new UsageFailure("gdb-run", "one run's id is wanted", `usage: ${usage}`);
    }
    const api = new ApiClient(values.api ?? process.env.TRAPLINE_API ?? defaultApi);
    const port = portOf(values.port);
    const say = (text: string) => values.command !== true && terminal.err(text);
    const isWaiting = await findDebuggee(api, run);
    if (isWaiting) say(`${run} waits for a worker; it is stopped at its first instruction\n`);
    return debug({ api, run, port, gdb, say, terminal });
  },
};

interface Plan {
  readonly api: ApiClient;
  readonly run: string;
  readonly port: number;
  /** To start, with its arguments. */
  readonly gdb: readonly string[];
  readonly terminal: CommandTerminal;
  say(text: string): void;
}

async function debug({ api, run, port, gdb, say, terminal }: Plan): Promise<number> {
  const link = new DebugLink(api.base, run, {
    onOpen: () => target.attach(),
    onReport: (report) => target.hear(report),
    onRefusal: (words) => target.over(words),
  });
  const target = new ServedTarget(link, () => performance.now());
  const leave = () => target.leave();
  process.once("SIGINT", leave);
  process.once("SIGTERM", leave);
  link.open();
  const stopWatching = watchForEnd(api, run, target);
  let listener: Awaited<ReturnType<typeof listenForStream>> | undefined;
  let child: ChildProcess | undefined;
  try {
    const early = await Promise.race([target.ready, target.ended]);
    if (early !== undefined) {
      terminal.err(`${run} cannot be debugged: ${early}\n`);
      return 1;
    }
    listener = await listen(port, target);
    const place = `target remote ${listener.address}`;
    say(`${run} stands still on ${target.where}\n`);
    const [program, ...words] = gdb;
    if (program === undefined) terminal.out(`gdb-multiarch -ex '${place}'\n`);
    // First: what comes behind it may be commands to the run.
    else child = start(program, ["-ex", place, ...words], target);
    const farewell = await target.ended;
    if (child && child.exitCode === null) await once(child, "close");
    say(`${farewell}\n`);
    return 0;
  } finally {
    stopWatching();
    process.off("SIGINT", leave);
    process.off("SIGTERM", leave);
    await listener?.close();
    await link.close();
  }
}

async function listen(port: number, target: ServedTarget) {
  try {
    return await listenForStream({ kind: "tcp", host: "127.0.0.1", port }, (stream) => {
      const session = new GdbSession(stream, target);
      return {
        onData: (bytes) => session.receive(bytes),
        onClose: () => session.leave(),
      };
    });
  } catch (error) {
    target.leave();
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageFailure(
      "gdb-port",
      `gdb cannot be waited for at port ${port}: ${why}`,
      "choose another one with --port, or none",
    );
  }
}

function start(program: string, words: readonly string[], target: ServedTarget): ChildProcess {
  const child = spawn(program, words, { stdio: "inherit" });
  // Ctrl-C is for gdb, which stops the guest.
  const ignore = () => undefined;
  process.removeAllListeners("SIGINT").on("SIGINT", ignore);
  child.on("close", () => {
    process.off("SIGINT", ignore);
    target.leave();
  });
  child.on("error", (error) => target.over(`${program} cannot be started: ${error.message}`));
  return child;
}

/** A run that ends without a word, as one that is cancelled in the queue. */
function watchForEnd(api: ApiClient, run: string, target: ServedTarget): () => void {
  let isWatched = true;
  const watch = async () => {
    while (isWatched) {
      await sleep(lookInterval, undefined, { ref: false });
      const submission = await api.submission(run).catch(() => undefined);
      if (submission?.finishedAt === undefined) continue;
      // What its worker says of it says more, and may be on its way.
      await sleep(lookInterval, undefined, { ref: false });
      target.over(`the run has ended: ${submission.state}`);
      return;
    }
  };
  void watch();
  return () => {
    isWatched = false;
  };
}

function portOf(text: string | undefined): number {
  const port = Number(text ?? 0);
  if (Number.isInteger(port) && port >= 0 && port <= highestPort) return port;
  throw new UsageFailure("gdb-port", `${text} is no port`, `give a number up to ${highestPort}`);
}
