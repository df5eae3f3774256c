import process from "node:process";
import { fileProblem } from "../../host/file-problem.ts";
import { LineEditor } from "../../host/line-editor.ts";
import { openStream } from "../../host/open-stream.ts";
import type { SerialEnd } from "../../host/serial-end.ts";
import type { OpenStream, Stream, StreamEvents } from "../../host/stream.ts";
import { Failure } from "../../vmm/mod.ts";
import { MonitorConsole } from "./monitor-console.ts";
import { QmpSession } from "./qmp/qmp-session.ts";
import type { RunControl } from "./run-control.ts";

/** Whom a monitor is for: `readline` for people, `control` is QMP, for programs. */
export interface MonitorMode {
  readonly mode: "readline" | "control";
  readonly isPretty: boolean;
}

/** A monitor that is being served. */
export interface ServedMonitor extends OpenStream {
  readonly isConnected: boolean;
}

export const monitorGreeting = "Trapline monitor - type 'help' for the commands";
export const monitorPrompt = "(qemu) ";

/**
 * Serves a monitor on a stream, each connection with a session of its own.
 *
 * @throws Failure `monitor-unreachable`
 */
export async function serveMonitor(
  end: SerialEnd,
  mode: MonitorMode,
  control: RunControl,
): Promise<ServedMonitor> {
  let isConnected = false;
  try {
    const { place, close } = await openStream(end, (stream) => {
      isConnected = true;
      const events = monitorSession(mode, control)(stream);
      return {
        ...events,
        onClose: () => {
          isConnected = false;
          events.onClose();
        },
      };
    });
    return {
      place,
      close,
      get isConnected() {
        return isConnected;
      },
    };
  } catch (error) {
    throw new Failure(
      "monitor-unreachable",
      `the monitor cannot be connected: ${fileProblem(error)}`,
      "check the path or address; for others to connect to it write server=on,wait=off",
    );
  }
}

/** What a monitor does on one connection. */
export function monitorSession(
  { mode, isPretty }: MonitorMode,
  control: RunControl,
): (stream: Stream) => StreamEvents {
  return (stream) => {
    if (mode === "readline") return readlineSession(stream, control);
    const session = new QmpSession(control, {
      send: (text) => stream.send(Buffer.from(text)),
      now: () => Date.now(),
      pid: process.pid,
      isPretty,
    });
    return {
      onData: (bytes) => session.receive(bytes),
      onClose: () => session.leave(),
    };
  };
}

function readlineSession(stream: Stream, control: RunControl): StreamEvents {
  const console = new MonitorConsole(control);
  const editor = new LineEditor();
  const show = (text: string) => stream.send(Buffer.from(text.replaceAll("\n", "\r\n")));
  show(`${monitorGreeting}\n${monitorPrompt}`);
  return {
    onData: (bytes) => {
      const { echo, lines } = editor.type(bytes);
      show(echo);
      for (const line of lines) show(`${console.execute(line)}${monitorPrompt}`);
    },
    onClose: () => {},
  };
}
