import { startClock } from "../../host/clock.ts";
import { compiler } from "../../host/compiler.ts";
import { ConsoleBuffer } from "../../host/console-buffer.ts";
import { Terminal } from "../../host/console-terminal.ts";
import { ConsoleScript, type ConsoleSink, type Machine, Monitor } from "../../vmm/mod.ts";
import { drive } from "./drive.ts";
import type { Ending } from "./ending.ts";
import { endingClause } from "./ending-clause.ts";
import { exitStatus } from "./exit-status.ts";
import { openExitsReport } from "./exits-report.ts";
import { finishScript } from "./finish-script.ts";
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
  const start = (): Machine =>
    monitor.createMachine(config, {
      console: script === undefined ? output : tee(script, output),
      disks: opened.disks,
      ...(config.time === "host" ? { hostNow: startClock() } : {}),
    });
  // Made before the terminal turns raw: an image that cannot start is told like a wrong option.
  let machine = start();
  script?.attach(machine);
  const terminal = Terminal.open({
    input: run.console !== "none" && script === undefined,
    output: run.console !== "none",
    keys: run.console === "signals" ? "signals" : "escapes",
  });
  const restarts = run.onReboot === "restart" && script === undefined;
  const totals = new RunTotals();
  let ending: Ending;
  try {
    for (;;) {
      ending = await drive(machine, terminal, output, {
        instructions: (run.maxInstructions ?? Number.POSITIVE_INFINITY) - totals.instructions,
        // The host's clock decides when it is noticed; limits and scripts end at an instruction.
        endsWhenLost: run.maxInstructions === undefined && script === undefined,
      });
      totals.add(machine);
      if (ending.kind !== "reboot" || !restarts) {
        break;
      }
      machine.dispose();
      machine = start();
    }
  } finally {
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

/** A script sees every byte before it is shown, at the instruction that sends it. */
function tee(script: ConsoleScript, output: ConsoleSink): ConsoleSink {
  return {
    write(byte) {
      script.write(byte);
      output.write(byte);
    },
  };
}
