import packageFile from "../../package.json" with { type: "json" };
import type { Command, CommandTerminal } from "./command.ts";
import { nearestName } from "./nearest-name.ts";
import { UsageFailure } from "./usage-failure.ts";

interface Entry {
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: Command }>;
}

/** Every command, and where it is; only the one that is asked for is loaded. */
const commands: Readonly<Record<string, Entry>> = {
  serve: {
    summary: "start the whole service on this machine: Redis, API, two workers",
    load: () => import("./commands/serve.ts"),
  },
  submit: {
    summary: "hand in a file for an assignment",
    load: () => import("./commands/submit.ts"),
  },
  result: {
    summary: "show the result of a submission",
    load: () => import("./commands/result.ts"),
  },
  exits: {
    summary: "show how often the guest of a submission left its own code, and why",
    load: () => import("./commands/exits.ts"),
  },
  workers: {
    summary: "list the workers of a service: state, load, runs",
    load: () => import("./commands/workers.ts"),
  },
  runs: {
    summary: "list the runs that are under way, and where they are",
    load: () => import("./commands/runs.ts"),
  },
  migrate: {
    summary: "move a run to another worker",
    load: () => import("./commands/migrate.ts"),
  },
  gdb: {
    summary: "debug a run with gdb, wherever it is, without changing its grade",
    load: () => import("./commands/gdb.ts"),
  },
  drain: {
    summary: "move all runs of a worker away, and end it",
    load: () => import("./commands/drain.ts"),
  },
  rebalance: {
    summary: "move runs from full workers to those that have room",
    load: () => import("./commands/rebalance.ts"),
  },
  store: {
    summary: "look after a store of checkpoints: collect, verify, usage, remove",
    load: () => import("./commands/store.ts"),
  },
  template: {
    summary: "boot the machines of assignments ahead of their runs: build, list, remove",
    load: () => import("./commands/template.ts"),
  },
  snapshot: {
    summary: "look into saved machines: inspect, verify, diff",
    load: () => import("./commands/snapshot.ts"),
  },
  qemu: {
    summary: "run one virtual machine here, with the options of qemu-system-riscv64",
    load: () => import("./commands/qemu.ts"),
  },
};

const helpWords = ["--help", "-help", "-h", "help"];

/**
 * Runs one command line and gives the exit status. Throws nothing: what a person can mend becomes a
 * sentence and a hint with status 1, a defect its stack with status 70.
 */
export async function runCommandLine(
  words: readonly string[],
  terminal: CommandTerminal,
): Promise<number> {
  try {
    return await dispatch(words, terminal);
  } catch (error) {
    if (error instanceof Error && "hint" in error) {
      terminal.err(`trapline: ${error.message}\n  ${String(error.hint)}\n`);
      return 1;
    }
    terminal.err(`trapline: ${error instanceof Error ? error.stack : String(error)}\n`);
    return 70;
  }
}

async function dispatch(words: readonly string[], terminal: CommandTerminal): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined) {
    terminal.err(overview());
    return 1;
  }
  if (name === "--version" || name === "-version") {
    terminal.out(`trapline ${packageFile.version}\n`);
    return 0;
  }
  const [topic] = rest;
  if (helpWords.includes(name)) {
    terminal.out(topic === undefined ? overview() : (await load(topic)).help);
    return 0;
  }
  const command = await load(name);
  if (asksForHelp(rest)) {
    terminal.out(command.help);
    return 0;
  }
  return command.run(rest, terminal);
}

/** First of all, or wherever it cannot be an option's value: `trapline store usage --help`. */
function asksForHelp(words: readonly string[]): boolean {
  const [first = ""] = words;
  if (helpWords.slice(0, 3).includes(first)) return true;
  return words.some((word, i) => word === "--help" && !words[i - 1]?.startsWith("-"));
}

async function load(name: string): Promise<Command> {
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry === undefined) {
    throw new UsageFailure(
      "command-unknown",
      `there is no command '${name}'; the nearest is '${nearestName(name, Object.keys(commands))}'`,
      "`trapline --help` lists all commands",
    );
  }
  return (await entry.load()).command;
}

function overview(): string {
  const lines = Object.entries(commands).map(
    ([name, { summary }]) => `  ${name.padEnd(11)}${summary}`,
  );
  return `usage: trapline COMMAND …

${lines.join("\n")}

\`trapline COMMAND --help\` says more about a command, \`trapline --version\` the version.
`;
}
