import type {
  ConsoleEnd,
  LocalMonitor,
  LocalRun,
} from "../../../workers/runtime/local/local-run.ts";
import { UsageFailure } from "../usage-failure.ts";
import type { Draft, StreamBackend, StreamUse } from "./draft.ts";

type Wired = Pick<
  LocalRun,
  "console" | "consoleLabel" | "secondConsole" | "monitors" | "terminalMonitor"
>;

/** Who uses a stream, and how messages call it. */
interface User {
  readonly what: string;
  readonly kind: "console" | "readline" | "control";
}

/**
 * Connects the serial port, the virtio console and the monitors with their streams. A stream has one
 * user, unless it is shared: then a console and monitors for people, switched by Ctrl-A C.
 *
 * @throws UsageFailure
 */
export function wireConsoles(draft: Draft): Wired {
  const streams = new Streams(draft);
  const virtconsole = draft.devices.find(({ stream }) => stream !== undefined)?.stream;
  const joins = isSame(draft.console, virtconsole) && streams.isShared(virtconsole);
  const second =
    virtconsole === undefined || joins
      ? undefined
      : { name: virtconsole, backend: streams.use({ id: virtconsole }, virtconsoleUser) };
  const monitors = draft.monitors.map(({ use, words, mode, isPretty }, index) => ({
    label: "id" in use ? use.id : `compat_monitor${index}`,
    mode,
    isPretty,
    backend: streams.use(use, { what: words, kind: mode }),
  }));
  const own = draft.console && streams.use(draft.console, serialUser);
  const defaultEnd = streams.isTerminalTaken ? "none" : draft.defaultConsole;
  const alone = monitors.find(({ backend }) => backend.end === "terminal");
  const consoleEnd = own === undefined ? defaultEnd : endOf(own);
  const secondEnd = second && endOf(second.backend);
  const isConsoleThere = [consoleEnd, secondEnd].some((e) => e === "escapes" || e === "signals");
  return {
    console: consoleEnd,
    consoleLabel: draft.console && "id" in draft.console ? draft.console.id : "serial0",
    secondConsole: second && { name: second.name, end: secondEnd ?? "none" },
    terminalMonitor:
      alone === undefined || isConsoleThere
        ? undefined
        : { mode: alone.mode, isPretty: alone.isPretty },
    monitors: monitors.flatMap(({ backend: { end }, ...monitor }): LocalMonitor[] =>
      end === "terminal" || end === "none" ? [] : [{ ...monitor, end }],
    ),
  };
}

const serialUser: User = { what: "the serial console", kind: "console" };
const virtconsoleUser: User = { what: "the virtconsole", kind: "console" };
const terminal = "";

/** The streams of a command line and who uses them. */
class Streams {
  readonly #known: Draft["streams"];
  /** By their ids; the terminal has none. */
  readonly #users = new Map<string, User[]>();

  constructor({ streams }: Draft) {
    this.#known = streams;
  }

  get isTerminalTaken(): boolean {
    return this.#users.has(terminal);
  }

  isShared(id: string | undefined): boolean {
    return id !== undefined && this.#known.get(id)?.isShared === true;
  }

  use(use: StreamUse, user: User): StreamBackend {
    const backend = "id" in use ? this.#find(use.id) : use;
    const keys = [
      ...("id" in use ? [`id:${use.id}`] : []),
      ...(backend.end === "terminal" ? [terminal] : []),
    ];
    for (const key of keys) this.#claim(key, user, backend);
    return backend;
  }

  #find(id: string): StreamBackend {
    const backend = this.#known.get(id);
    if (backend !== undefined) return backend;
    const ids = [...this.#known.keys()];
    throw new UsageFailure(
      "chardev-missing",
      `there is no character device '${id}'; ${ids.length === 0 ? "there is no -chardev" : `there is ${ids.join(", ")}`}`,
      `define it with -chardev BACKEND,id=${id}`,
    );
  }

  #claim(key: string, user: User, backend: StreamBackend): void {
    const others = this.#users.get(key) ?? [];
    const [other] = others;
    const all = [...others, user];
    const consoles = all.filter(({ kind }) => kind === "console").length;
    const isLegal =
      other === undefined ||
      (backend.isShared &&
        backend.end === "terminal" &&
        consoles <= 1 &&
        all.every(({ kind }) => kind !== "control"));
    if (!isLegal) {
      throw key === terminal ? twiceTheTerminal(other, user) : twice(key, other, user);
    }
    this.#users.set(key, all);
  }
}

function twiceTheTerminal(other: User, user: User): UsageFailure {
  return new UsageFailure(
    "terminal-twice",
    `${other.what} and ${user.what} both want the terminal`,
    "with -serial mon:stdio the monitor is on Ctrl-A C; else lead one to unix:PATH,server=on,wait=off",
  );
}

function twice(key: string, other: User, user: User): UsageFailure {
  return new UsageFailure(
    "chardev-in-use",
    `${other.what} and ${user.what} both want the character device '${key.slice("id:".length)}'`,
    "give each its own; only stdio with mux=on is shared, by a console and a monitor",
  );
}

function isSame(use: StreamUse | undefined, id: string | undefined): boolean {
  return use !== undefined && "id" in use && use.id === id;
}

function endOf({ end, isShared }: StreamBackend): ConsoleEnd {
  if (end === "terminal") return isShared ? "escapes" : "signals";
  return end;
}
