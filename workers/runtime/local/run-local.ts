import { writeFileSync } from "node:fs";
import { compiler } from "../../host/compiler.ts";
import { ConsoleBuffer } from "../../host/console-buffer.ts";
import { Terminal, type TerminalMonitor } from "../../host/console-terminal.ts";
import { fileProblem } from "../../host/file-problem.ts";
import type { SerialEnd } from "../../host/serial-end.ts";
import { openSerialLine, type SerialLine } from "../../host/serial-line.ts";
import { StoppableClock } from "../../host/stoppable-clock.ts";
import { ConsoleScript, type ConsoleSink, Failure, type Machine, Monitor } from "../../vmm/mod.ts";
import { startGdbServer } from "../debug/gdb-server.ts";
import { MonitorConsole } from "../debug/monitor-console.ts";
import { openTrace } from "../debug/open-trace.ts";
import { RunControl } from "../debug/run-control.ts";
import { drive } from "./drive.ts";
import type { Ending } from "./ending.ts";
import { endingClause } from "./ending-clause.ts";
import { exitStatus } from "./exit-status.ts";
import { openExitsReport } from "./exits-report.ts";
import { finishScript } from "./finish-script.ts";
import { LineWires } from "./line-wires.ts";
import type { LocalRun } from "./local-run.ts";
import { machineConfig } from "./machine-config.ts";
import { machineMemory } from "./machine-memory.ts";
import { openDisks } from "./open-disks.ts";
import { RunTotals } from "./run-totals.ts";
import { tell } from "./tell.ts";

/**
 * Runs one VM in this process, its console on standard input and output, until it powers off, the
 * person ends it or a limit is reached.
 *
 * @returns the process' exit status
 * @throws Failure when an image, a disk or the configuration cannot be used
 */
export async function runLocal(run: LocalRun): Promise<number> {
  const config = machineConfig(run);
  const script = await loadScript(run.scriptFile);
  using opened = openDisks(run.disks);
  const report = openExitsReport(run.exitsFile);
  const monitor = Monitor.create({ compiler, memoryBytes: machineMemory(run.ramBytes) });
  const output = new ConsoleBuffer();
  const control = new RunControl(run.startsPaused);
  const start = (): Machine => {
    const clock = new StoppableClock();
    if (control.isPaused) clock.stop();
    control.clock = clock;
    return monitor.createMachine(config, {
      console: script === undefined ? output : tee(script, output),
      disks: opened.disks,
      ...(config.time === "host" ? { hostNow: clock.now } : {}),
    });
  };
  // Made before the terminal turns raw: an image that cannot start is told like a wrong option.
  let machine = start();
  script?.attach(machine);
  if (run.deviceTreeDump !== undefined) {
    dumpDeviceTree(machine, run.deviceTreeDump);
    return 0;
  }
  control.machine = machine;
  const gdb = run.gdb === undefined ? undefined : await startGdbServer(run.gdb, control);
  control.isAttended = gdb !== undefined;
  if (gdb !== undefined) {
    tell(`gdb may connect: target remote ${gdb.address}`);
  }
  const isOnTerminal = run.console === "escapes" || run.console === "signals";
  const line = typeof run.console === "object" ? await openLine(run.console, control) : undefined;
  const terminal = Terminal.open({
    input: run.monitorOnTerminal || (isOnTerminal && script === undefined),
    output: isOnTerminal,
    keys: run.console === "signals" ? "signals" : "escapes",
    monitor: monitorOf(control),
    startsInMonitor: run.monitorOnTerminal,
  });
  const wires = line === undefined ? terminal : new LineWires(terminal, line);
  control.onChange = () => terminal.wake();
  const restarts = run.onReboot === "restart" && script === undefined;
  const totals = new RunTotals();
  const tracer = run.trace.size === 0 ? undefined : openTrace(run.trace, run.traceFile);
  let ending: Ending;
  try {
    for (;;) {
      const limits = {
        instructions: (run.maxInstructions ?? Number.POSITIVE_INFINITY) - totals.instructions,
        // The host's clock decides when it is noticed; limits and scripts end at an instruction.
        endsWhenLost:
          run.maxInstructions === undefined && script === undefined && !control.isAttended,
      };
      ending = await drive(machine, wires, output, limits, control, tracer?.run);
      totals.add(machine);
      if (ending.kind !== "reboot" || !restarts) {
        break;
      }
      machine.dispose();
      machine = start();
      control.machine = machine;
    }
    control.end(exitStatus(ending));
  } finally {
    tracer?.close();
    await gdb?.close();
    await line?.close();
    await terminal.close();
  }
  const clause = endingClause(ending);
  if (clause !== undefined) {
    tell(clause);
  }
  if (run.printsHash) {
    tell(`state hash ${machine.stateHash()}`);
  }
  machine.dispose();
  report(totals);
  return script === undefined ? exitStatus(ending) : finishScript(script, ending);
}

async function loadScript(file: string | undefined): Promise<ConsoleScript | undefined> {
  if (file === undefined) {
    return undefined;
  }
  // Loaded late: reading YAML costs more time than starting a machine.
  const { readScript } = await import("./read-script.ts");
  return new ConsoleScript(readScript(file));
}

async function openLine(end: SerialEnd, control: RunControl): Promise<SerialLine> {
  try {
    return await openSerialLine(end, () => control.onChange());
  } catch (error) {
    throw new Failure(
      "serial-unreachable",
      `the serial port cannot be connected: ${fileProblem(error)}`,
      "check the path or address, and that you may use it",
    );
  }
}

/** Writes the machine's device tree, in place of running it. */
function dumpDeviceTree(machine: Machine, file: string): void {
  const tree = machine.debug.images.find(({ role }) => role === "device tree");
  if (tree === undefined) return;
  try {
    writeFileSync(file, machine.debug.readPhysical(tree.address, tree.bytes));
  } catch (error) {
    throw new Failure(
      "device-tree-unwritable",
      `the file '${file}' for dumpdtb cannot be written: ${fileProblem(error)}`,
      "give a path in a folder that you may write to",
    );
  }
  tell(`the device tree is in ${file}`);
}

function monitorOf(control: RunControl): TerminalMonitor {
  const console = new MonitorConsole(control);
  return {
    greeting: "Trapline monitor - type 'help' for the commands, Ctrl-A C to go back",
    prompt: "(qemu) ",
    execute: (line) => console.execute(line),
  };
}

/** A script sees every byte before it is shown, at the instruction that sends it. */
function tee(script: ConsoleScript, output: ConsoleSink): ConsoleSink {
  return {
    write(byte) {
      script.write(byte);
      output.write(byte);
    },
  };
}
