import process from "node:process";
import { fileProblem } from "../../host/file-problem.ts";
import type { SerialEnd } from "../../host/serial-end.ts";
import { openSerialLine, type SerialLine } from "../../host/serial-line.ts";
import { Failure } from "../../vmm/mod.ts";
import type { RunControl } from "../debug/run-control.ts";
import type { RunInventory } from "../debug/run-inventory.ts";
import { serveMonitor } from "../debug/serve-monitor.ts";
import type { ConsoleEnd, LocalRun } from "./local-run.ts";

type StreamFacts = RunInventory["streams"][number];

/** The far ends of consoles and monitors that are not on the terminal. */
export interface OpenConsoles {
  readonly serial: SerialLine | undefined;
  readonly second: SerialLine | undefined;
  /** All streams as they are now, those on the terminal too. */
  streams(): readonly StreamFacts[];
  close(): Promise<void>;
}

type Wanted = Pick<
  LocalRun,
  "console" | "consoleLabel" | "secondConsole" | "monitors" | "terminalMonitor"
>;

/**
 * Opens all of them, or none; monitors first, so that somebody who is to let the machine go can come.
 *
 * @throws Failure `monitor-unreachable`, `serial-unreachable`
 */
export async function openConsoles(run: Wanted, control: RunControl): Promise<OpenConsoles> {
  const streams: (() => StreamFacts)[] = [];
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closeOne of closers) await closeOne();
  };
  const note = (label: string, opened: SerialLine | Awaited<ReturnType<typeof serveMonitor>>) => {
    closers.push(() => opened.close());
    streams.push(() => ({ label, place: opened.place, isConnected: opened.isConnected }));
    tellOfPseudoTerminal(label, opened.place);
  };
  const open = async (label: string, end: ConsoleEnd) => {
    if (end === "none" || end === "escapes" || end === "signals") {
      const place = end === "none" ? "null" : "stdio";
      streams.push(() => ({ label, place, isConnected: true }));
      return undefined;
    }
    const line = await openLine(label, end, control);
    note(label, line);
    return line;
  };
  try {
    if (run.terminalMonitor !== undefined) await open("compat_monitor0", "escapes");
    for (const { label, end, ...mode } of run.monitors) {
      note(label, await serveMonitor(end, mode, control));
    }
    const serial = await open(run.consoleLabel, run.console);
    const { secondConsole } = run;
    const second = secondConsole && (await open(secondConsole.name, secondConsole.end));
    return { serial, second, close, streams: () => streams.map((facts) => facts()) };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openLine(label: string, end: SerialEnd, control: RunControl): Promise<SerialLine> {
  try {
    return await openSerialLine(end, () => control.onChange());
  } catch (error) {
    throw new Failure(
      "serial-unreachable",
      `the stream ${label} cannot be connected: ${fileProblem(error)}`,
      "check the path or address, and that you may use it",
    );
  }
}

/** QEMU's own line, on standard output, where programs look for it. */
function tellOfPseudoTerminal(label: string, place: string): void {
  const [, path] = /^pty:(.*)$/s.exec(place) ?? [];
  if (path === undefined) return;
  process.stdout.write(`char device redirected to ${path} (label ${label})\n`);
}
