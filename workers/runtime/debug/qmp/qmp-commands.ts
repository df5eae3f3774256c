import type { MonitorConsole } from "../monitor-console.ts";
import { qemuLikeness } from "../qemu-likeness.ts";
import type { RunControl } from "../run-control.ts";
import { QmpError } from "./qmp-error.ts";

/** What a command may use. */
export interface QmpContext {
  readonly control: RunControl;
  readonly console: MonitorConsole;
  readonly process: { readonly pid: number };
}

/** One command of QMP. */
export interface QmpCommand {
  /** Its arguments by name; each is a string or an integer. */
  readonly parameters: Readonly<Record<string, "string" | "int" | "optional int">>;
  readonly run: (context: QmpContext, values: Readonly<Record<string, unknown>>) => unknown;
}

const nothing = {};
const none = {};

function plain(run: QmpCommand["run"]): QmpCommand {
  return { parameters: none, run };
}

/** All commands besides `qmp_capabilities`, in the shapes of QEMU's `qapi` files. */
export const qmpCommands: ReadonlyMap<string, QmpCommand> = new Map([
  [
    "query-version",
    plain(() => ({ qemu: qemuLikeness.numbers, package: qemuLikeness.packageWords })),
  ],
  ["query-commands", plain(() => commandNames().map((name) => ({ name })))],
  [
    "query-status",
    plain(({ control }) => ({
      status: control.status,
      singlestep: false,
      running: control.status === "running",
    })),
  ],
  [
    "query-name",
    plain(({ control: { inventory } }) =>
      inventory.name === undefined ? nothing : { name: inventory.name },
    ),
  ],
  ["query-uuid", plain(() => ({ UUID: "00000000-0000-0000-0000-000000000000" }))],
  ["query-kvm", plain(() => ({ enabled: false, present: false }))],
  ["query-target", plain(() => ({ arch: "riscv64" }))],
  [
    "query-machines",
    plain(() => [
      {
        name: "virt",
        "is-default": false,
        "cpu-max": 8,
        "hotpluggable-cpus": false,
        "numa-mem-supported": false,
        deprecated: false,
        "default-cpu-type": "rv64-riscv-cpu",
      },
    ]),
  ],
  [
    "query-memory-size-summary",
    plain(({ control }) => ({ "base-memory": control.inventory.ramBytes, "plugged-memory": 0 })),
  ],
  ["query-cpus-fast", plain(queryHarts)],
  ["query-chardev", plain(queryStreams)],
  ["query-block", plain(queryDisks)],
  ["stop", plain(({ control }) => quietly(() => control.pause({ kind: "asked" })))],
  ["cont", plain(({ control }) => quietly(() => control.resume()))],
  ["quit", plain(({ control }) => quietly(() => control.quit("qmp")))],
  ["system_reset", plain(({ control }) => quietly(() => control.reset()))],
  ["system_powerdown", plain(({ control }) => quietly(() => control.powerDown()))],
  [
    "human-monitor-command",
    {
      parameters: { "command-line": "string", "cpu-index": "optional int" },
      run: ({ control, console }, values) => {
        const hart = values["cpu-index"];
        if (hart !== undefined && (Number(hart) < 0 || Number(hart) >= control.inventory.harts)) {
          throw new QmpError("Parameter 'cpu-index' expects a CPU number");
        }
        if (hart !== undefined) console.execute(`cpu ${String(hart)}`);
        // As a terminal would show it.
        return console.execute(String(values["command-line"])).replaceAll("\n", "\r\n");
      },
    },
  ],
] satisfies [string, QmpCommand][]);

function commandNames(): readonly string[] {
  return ["qmp_capabilities", ...qmpCommands.keys()];
}

function quietly(act: () => void): object {
  act();
  return nothing;
}

function queryHarts({ control, process }: QmpContext): unknown {
  return Array.from({ length: control.machine.debug.harts }, (_, hart) => ({
    "cpu-index": hart,
    "qom-path": `/machine/soc0/harts[${hart}]`,
    "thread-id": process.pid,
    props: { "node-id": 0, "core-id": hart, "thread-id": 0, "socket-id": 0 },
    target: "riscv64",
  }));
}

function queryStreams({ control }: QmpContext): unknown {
  return control.inventory.streams.map(({ label, place, isConnected }) => ({
    label,
    filename: isConnected ? place : `disconnected:${place}`,
    "frontend-open": true,
  }));
}

function queryDisks({ control }: QmpContext): unknown {
  return control.inventory.disks.map(({ name, file, bytes, isReadOnly }) => ({
    device: name,
    type: "unknown",
    locked: false,
    removable: false,
    inserted: {
      file,
      drv: "raw",
      ro: isReadOnly,
      image: { filename: file, format: "raw", "virtual-size": bytes, "dirty-flag": false },
    },
  }));
}
