import { writeFileSync } from "node:fs";
import { startClock } from "../../host/clock.ts";
import { compiler } from "../../host/compiler.ts";
import { ConsoleBuffer } from "../../host/console-buffer.ts";
import { Terminal, type TerminalWiring } from "../../host/console-terminal.ts";
import { entropySeed } from "../../host/entropy.ts";
import { fileProblem } from "../../host/file-problem.ts";
import { nativeHash } from "../../host/native-hash.ts";
import { StoppableClock } from "../../host/stoppable-clock.ts";
import {
  ConsoleScript,
  type ConsoleSink,
  Failure,
  type Machine,
  type MachineResources,
  Monitor,
  TranslationTrap,
} from "../../vmm/mod.ts";
import { MonitorConsole } from "../debug/monitor-console.ts";
import { RunControl } from "../debug/run-control.ts";
import { monitorGreeting, monitorPrompt, monitorSession } from "../debug/serve-monitor.ts";
import { exitReportOf } from "../exit-report-of.ts";
import { freeImages } from "../free-images.ts";
import { drive } from "./drive.ts";
import { EarlyImages } from "./early-images.ts";
import type { Ending } from "./ending.ts";
import { endingClause } from "./ending-clause.ts";
import { exitStatus } from "./exit-status.ts";
import { openExitsReport } from "./exits-report.ts";
import { finishScript } from "./finish-script.ts";
import { inventoryOf } from "./inventory-of.ts";
import { KeptCodeFile } from "./kept-code-file.ts";
import { LineWires } from "./line-wires.ts";
import { loadBytes, readLoads } from "./load-bytes.ts";
import type { ConsoleEnd, LocalRun } from "./local-run.ts";
import { machineConfig } from "./machine-config.ts";
import { machineMemory } from "./machine-memory.ts";
import { openConsoles } from "./open-consoles.ts";
import { openDisks } from "./open-disks.ts";
import { openNetworks } from "./open-networks.ts";
import { prebuiltEngine } from "./prebuilt-engine.ts";
import { RunTotals } from "./run-totals.ts";
import { secondConsole } from "./second-console.ts";
import { shutdownReason } from "./shutdown-reason.ts";
import type { SavedScript } from "./snapshots/local-sections.ts";
import type { LoadedSnapshot, LocalSnapshots } from "./snapshots/local-snapshots.ts";
import { findSnapshots, SnapshotFolder } from "./snapshots/snapshot-folder.ts";
import { tell } from "./tell.ts";

/** What only some runs need is loaded for these: loading all of it takes as long as making a machine. */
const late = {
  gdb: () => import("../debug/gdb-server.ts"),
  profile: () => import("../profile/open-profile.ts"),
  snapshots: () => import("./snapshots/local-snapshots.ts"),
  trace: () => import("../debug/open-trace.ts"),
};

/** The snapshot that a run leaves behind. */
const lastName = "last";

/**
 * Runs one VM in this process, its console on standard input and output, until it powers off, the
 * person ends it or a limit is reached.
 *
 * @returns the process' exit status
 * @throws Failure when an image, a disk, a network or the configuration cannot be used
 */
export async function runLocal(run: LocalRun): Promise<number> {
  const seed = run.seed ?? (run.time === "virtual" ? 0 : entropySeed());
  const folder = run.checkpoints === undefined ? undefined : new SnapshotFolder(run.checkpoints);
  const usesSnapshots = run.checkpoints !== undefined || run.restore !== undefined;
  const saving = usesSnapshots ? await late.snapshots() : undefined;
  let saved = saving && initialSnapshot(run, folder, saving.loadSnapshot);
  const script = await loadScript(run.scriptFile, saved?.parts.script);
  await using released = new AsyncDisposableStack();
  const opened = released.use(openDisks(run.disks));
  const report = openExitsReport(run.exits);
  if (saved) saving?.checkFit(saved, run, opened.disks);
  const ramBytes = saved?.state.hardware.ramBytes ?? run.ramBytes;
  const early = new EarlyImages(saved ? [] : [run.kernel, run.initrd]);
  const engine = prebuiltEngine();
  const monitor = Monitor.create({
    ...{ compiler, memoryBytes: machineMemory(ramBytes) },
    ...(engine && { engine }),
  });
  const kept = run.engine === "interpret" ? undefined : KeptCodeFile.of(run.keptCode, run.kernel);
  kept?.load(monitor);
  const output = new ConsoleBuffer();
  const secondOutput = new ConsoleBuffer();
  const control = new RunControl(run.startsPaused);
  const networks = await openNetworks(run.networks, () => control.onChange());
  released.defer(() => networks.close());
  const resources = (time: LocalRun["time"]): MachineResources => {
    const clock = new StoppableClock();
    if (control.isPaused) clock.stop();
    control.clock = clock;
    return {
      console: script === undefined ? output : tee(script, output),
      consoles: new Map(run.secondConsole && [[run.secondConsole.name, secondOutput]]),
      disks: opened.disks,
      networks: networks.networks,
      stopwatch: startClock(),
      ...(time === "host" ? { hostNow: clock.now } : {}),
    };
  };
  // Reads the images anew each time: while the machine runs, its RAM is the only place for them.
  const boot = (): Machine => {
    const config = machineConfig({ ...run, seed }, early);
    const loads = readLoads(run.loads);
    const machine = monitor.createMachine(config, resources(config.time));
    freeImages(config);
    loadBytes(machine, loads);
    return machine;
  };
  const restore = (snapshot: LoadedSnapshot): Machine => {
    saving?.restoreDisks(snapshot, opened.disks);
    const { state, ram } = snapshot;
    const hardware = { ...state.hardware, engine: run.engine };
    return monitor.restoreMachine({ ...state, hardware }, ram, resources(hardware.time));
  };
  const start = (): Machine => {
    const snapshot = saved;
    // Its pages are in the machine from now on.
    saved = undefined;
    return snapshot ? restore(snapshot) : boot();
  };
  await early.arrive();
  // Made before the terminal turns raw: an image that cannot start is told like a wrong option.
  let machine = start();
  script?.attach(machine);
  if (run.deviceTreeDump !== undefined) {
    dumpDeviceTree(machine, run.deviceTreeDump);
    return 0;
  }
  control.machine = machine;
  const snapshots =
    folder &&
    saving &&
    new saving.LocalSnapshots(folder, {
      ...{ run, disks: opened.disks, script },
      machine: () => machine,
      onLoad: () => control.reset(),
    });
  if (snapshots) control.snapshots = snapshots;
  const gdb =
    run.gdb === undefined ? undefined : await (await late.gdb()).startGdbServer(run.gdb, control);
  if (gdb !== undefined) {
    released.defer(() => gdb.close());
    tell(`gdb may connect: target remote ${gdb.address}`);
  }
  const consoles = await openConsoles(run, control);
  released.defer(() => consoles.close());
  control.inventory = inventoryOf(run, opened.disks, networks, consoles);
  const isReachable = networks.isReachable || run.monitors.length > 0;
  control.isAttended = gdb !== undefined || isReachable || run.terminalMonitor !== undefined;
  const terminal = Terminal.open(terminalWiring(run, control, script !== undefined));
  released.defer(() => terminal.close());
  const isOver = () => control.quitAsked !== undefined;
  const wiresOf = (end: ConsoleEnd, line: typeof consoles.serial) =>
    isOnTerminal(end) ? terminal : new LineWires(terminal, line, isOver);
  const wires = wiresOf(run.console, consoles.serial);
  const second =
    run.secondConsole &&
    secondConsole(
      run.secondConsole.name,
      secondOutput,
      wiresOf(run.secondConsole.end, consoles.second),
    );
  control.onChange = () => terminal.wake();
  const hasImages = run.restore === undefined || run.kernel !== undefined;
  const restarts = run.onReboot === "restart" && script === undefined && hasImages;
  const totals = new RunTotals();
  control.exitReport = () =>
    exitReportOf({ ...totals.with(machine), spent: control.account.spent() });
  const tracer =
    run.trace.size === 0 ? undefined : (await late.trace()).openTrace(run.trace, run.traceFile);
  if (tracer !== undefined) released.defer(() => tracer.close());
  const profile = run.profile && (await late.profile()).openProfile(run.profile, run.kernel);
  if (profile !== undefined) released.defer(() => profile.close());
  const watched = tracer?.run ?? profile?.run;
  let ending: Ending;
  for (;;) {
    const limits = {
      instructions: (run.maxInstructions ?? Number.POSITIVE_INFINITY) - totals.instructions,
      // The host's clock decides when it is noticed; limits and scripts end at an instruction.
      endsWhenLost:
        run.maxInstructions === undefined && script === undefined && !control.isAttended,
    };
    ending = await drive(machine, wires, output, limits, control, watched, second).catch(
      (error: unknown) => {
        // Whatever was wrong with them, they are not what the next run begins with.
        if (error instanceof TranslationTrap) kept?.remove();
        throw error;
      },
    );
    saved = snapshots?.takeLoaded();
    // What is given up for a saved state has never been.
    if (!saved) totals.add(machine);
    const isRestart = ending.kind === "reboot" || ending.kind === "reset";
    if (!saved && !(isRestart && restarts)) {
      break;
    }
    const isLoaded = saved !== undefined;
    machine.dispose();
    machine = start();
    control.machine = machine;
    if (!isLoaded) control.tell({ kind: "reset", isByGuest: ending.kind === "reboot" });
  }
  if (snapshots && isUnfinished(ending)) keep(snapshots, folder);
  control.tell({ kind: "shutdown", ...shutdownReason(ending) });
  control.end(exitStatus(ending));
  const exits = exitReportOf({ ...totals.all, spent: control.account.spent() });
  await released.disposeAsync();
  kept?.save(monitor);
  const clause = endingClause(ending);
  if (clause !== undefined) {
    tell(clause);
  }
  if (run.printsHash) {
    tell(`state hash ${machine.stateHash(nativeHash)}`);
  }
  machine.dispose();
  report(exits);
  return script === undefined ? exitStatus(ending) : finishScript(script, ending);
}

/** Whether the machine could have gone on. */
function isUnfinished({ kind }: Ending): boolean {
  return kind !== "power-off" && kind !== "reboot" && kind !== "reset" && kind !== "lost";
}

/** The state in which a run was left, under a name of its own. */
function keep(snapshots: LocalSnapshots, folder: SnapshotFolder | undefined): void {
  try {
    snapshots.write(lastName);
    tell(`the machine is saved; go on with -restore ${folder?.path}`);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    tell(`the machine is not saved: ${error.message}; ${error.hint}`);
  }
}

/** @throws Failure `snapshot-missing`, `snapshot-unreadable`, those of `readSnapshot` */
function initialSnapshot(
  { restore }: LocalRun,
  folder: SnapshotFolder | undefined,
  load: (file: string) => LoadedSnapshot,
): LoadedSnapshot | undefined {
  if (restore === undefined) return undefined;
  if ("place" in restore) {
    const newest = findSnapshots(restore.place).at(-1);
    return newest && load(newest.file);
  }
  if (folder) return load(folder.find(restore.name).file);
  throw new Failure(
    "snapshot-place",
    "-loadvm names a snapshot, but not where it is",
    "add -checkpoint DIR, or give -restore FILE",
  );
}

function isOnTerminal(end: ConsoleEnd): boolean {
  return end === "escapes" || end === "signals";
}

function terminalWiring(run: LocalRun, control: RunControl, isScripted: boolean): TerminalWiring {
  const { terminalMonitor } = run;
  const end = [run.console, run.secondConsole?.end ?? "none"].find(isOnTerminal) ?? "none";
  const console = new MonitorConsole(control);
  return {
    input: terminalMonitor !== undefined || (end !== "none" && !isScripted),
    output: end !== "none",
    keys: end === "signals" ? "signals" : "escapes",
    monitor: {
      greeting: `${monitorGreeting}, Ctrl-A C to go back`,
      prompt: monitorPrompt,
      execute: (line) => console.execute(line),
    },
    startsInMonitor: terminalMonitor?.mode === "readline",
    ...(terminalMonitor?.mode === "control"
      ? { takeOver: monitorSession(terminalMonitor, control) }
      : {}),
  };
}

async function loadScript(
  file: string | undefined,
  saved: SavedScript | undefined,
): Promise<ConsoleScript | undefined> {
  if (file === undefined) {
    return undefined;
  }
  // Loaded late: reading YAML costs more time than starting a machine.
  const { readScript } = await import("./read-script.ts");
  const steps = readScript(file);
  if (saved !== undefined && saved.steps !== steps.length) {
    throw new Failure(
      "snapshot-script",
      `the snapshot was saved with a script of ${saved.steps} steps, not ${steps.length}`,
      "give the script that it was saved with, or none",
    );
  }
  return new ConsoleScript(steps, saved?.state);
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

/** A script sees every byte before it is shown, at the instruction that sends it. */
function tee(script: ConsoleScript, output: ConsoleSink): ConsoleSink {
  return {
    write(byte) {
      script.write(byte);
      output.write(byte);
    },
  };
}
