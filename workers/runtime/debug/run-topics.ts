import type { MonitorCommand } from "./monitor-command.ts";
import { qemuLikeness } from "./qemu-likeness.ts";
import type { RunControl, RunStatus } from "./run-control.ts";
import { showDevices, showDisks, showNetworks, showStreams } from "./show-inventory.ts";

const statusWords: Readonly<Record<RunStatus, string>> = {
  prelaunch: "paused (prelaunch)",
  running: "running",
  paused: "paused",
  debug: "paused (debug)",
  shutdown: "paused (shutdown)",
};

/** Topics of `info` about the run as a whole: none of them depends on a hart. */
export function runTopics(control: RunControl): readonly MonitorCommand[] {
  return [
    {
      names: ["status"],
      operands: "",
      summary: "whether the machine runs",
      run: () => `VM status: ${statusWords[control.status]}\n`,
    },
    {
      names: ["qtree"],
      operands: "",
      summary: "the virtio devices",
      run: () => showDevices(control.inventory),
    },
    {
      names: ["block"],
      operands: "",
      summary: "the disks",
      run: () => showDisks(control.inventory),
    },
    {
      names: ["snapshots"],
      operands: "",
      summary: "the saved states",
      run: () => control.snapshots.list(),
    },
    {
      names: ["network"],
      operands: "",
      summary: "what the cables of network cards lead to",
      run: () => showNetworks(control.inventory),
    },
    {
      names: ["chardev"],
      operands: "",
      summary: "where serial ports, consoles and monitors lead to",
      run: () => showStreams(control.inventory),
    },
    {
      names: ["version"],
      operands: "",
      summary: "the version of QEMU of which this is the likeness",
      run: () =>
        `${Object.values(qemuLikeness.numbers).join(".")} (${qemuLikeness.packageWords})\n`,
    },
    {
      names: ["name"],
      operands: "",
      summary: "the text of -name",
      run: () => {
        const { name } = control.inventory;
        return name === undefined ? "" : `${name}\n`;
      },
    },
  ];
}
