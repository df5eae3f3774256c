import type { LocalRun } from "../../../workers/runtime/local/local-run.ts";
import { UsageFailure } from "../usage-failure.ts";
import { attachDevices } from "./attach-devices.ts";
import type { Draft } from "./draft.ts";

/**
 * Checks what no single option can see, and says what to run.
 *
 * @throws UsageFailure
 */
export function toLocalRun(draft: Draft): LocalRun {
  checkBoot(draft);
  checkConsole(draft);
  const { ramBytes, kernel, initrd, commandLine, time, seed, onReboot } = draft;
  const { harts, gdb, startsPaused, deviceTree, deviceTreeDump } = draft;
  const { maxInstructions, exitsFile, printsHash, scriptFile } = draft;
  return {
    ramBytes,
    harts,
    gdb,
    startsPaused,
    deviceTree,
    deviceTreeDump,
    firmware: draft.firmware === "default" ? "sbi" : draft.firmware,
    kernel,
    initrd,
    commandLine,
    ...attachDevices(draft),
    time,
    seed,
    console: draft.console ?? (draft.monitorOnTerminal ? "none" : draft.defaultConsole),
    monitorOnTerminal: draft.monitorOnTerminal,
    onReboot,
    maxInstructions,
    exitsFile,
    trace: draft.trace,
    traceFile: draft.traceFile,
    printsHash,
    scriptFile,
  };
}

function checkConsole({ console, monitorOnTerminal }: Draft): void {
  if (monitorOnTerminal && (console === "escapes" || console === "signals")) {
    throw new UsageFailure(
      "terminal-twice",
      "-monitor stdio and the serial console both want the terminal",
      "leave -monitor out: with -serial mon:stdio the monitor is on Ctrl-A C",
    );
  }
}

function checkBoot(draft: Draft): void {
  const { firmware, kernel, initrd, commandLine, deviceTree, deviceTreeDump } = draft;
  if (deviceTree !== undefined && (initrd !== undefined || commandLine !== undefined)) {
    throw new UsageFailure(
      "device-tree-fixed",
      "the device tree of -dtb is used as it is, so -append and -initrd would not be seen",
      "put bootargs and linux,initrd-start/-end into its /chosen node",
    );
  }
  if (kernel !== undefined || deviceTreeDump !== undefined) {
    return;
  }
  if (initrd !== undefined || commandLine !== undefined) {
    throw new UsageFailure(
      "kernel-missing",
      `${initrd === undefined ? "-append" : "-initrd"} is only allowed with -kernel`,
      "add -kernel FILE",
    );
  }
  if (typeof firmware === "string") {
    throw new UsageFailure(
      "kernel-missing",
      "there is nothing to start",
      "add -kernel FILE: an S-mode kernel, or with -bios none an image that starts in M-mode",
    );
  }
}
