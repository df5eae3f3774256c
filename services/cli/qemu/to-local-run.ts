import type { LocalRun } from "../../../workers/runtime/local/local-run.ts";
import { UsageFailure } from "../usage-failure.ts";
import { attachDevices } from "./attach-devices.ts";
import type { Draft } from "./draft.ts";
import { wireConsoles } from "./wire-consoles.ts";

/**
 * Checks what no single option can see, and says what to run.
 *
 * @throws UsageFailure
 */
export function toLocalRun(draft: Draft): LocalRun {
  checkBoot(draft);
  const { ramBytes, kernel, initrd, commandLine, seed, onReboot } = draft;
  const { harts, gdb, startsPaused, deviceTree, deviceTreeDump, loads, name } = draft;
  const { maxInstructions, exitsFile, exitsAsJson, printsHash, scriptFile } = draft;
  if (exitsAsJson && exitsFile !== "-") {
    throw new UsageFailure(
      "exits-json",
      "--json is of use with --exits - only",
      "Leave it out: a file that --exits names gets JSON without being asked.",
    );
  }
  const consoles = wireConsoles(draft);
  const devices = attachDevices(draft);
  const { secondConsole } = consoles;
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
    ...consoles,
    ...devices,
    virtio: devices.virtio.map((device) =>
      device.kind === "console" && device.takesInput && secondConsole !== undefined
        ? { ...device, console: secondConsole.name }
        : device,
    ),
    time: draft.time ?? (devices.networks.some(reachesOut) ? "host" : "virtual"),
    engine: draft.engine,
    keptCode: draft.keptCode,
    seed,
    onReboot,
    loads,
    name,
    maxInstructions,
    checkpoints: draft.checkpoints,
    restore: draft.restore,
    exits: exitsFile === undefined ? undefined : { file: exitsFile, isJson: exitsAsJson },
    profile: profileOf(draft),
    trace: draft.trace,
    traceFile: draft.traceFile,
    printsHash,
    scriptFile,
  };
}

/** Others on a network go by the clock: a guest that runs ahead of it would give up waiting. */
function reachesOut({ end }: LocalRun["networks"][number]): boolean {
  return end.kind === "stream" || end.kind === "datagrams" || end.kind === "user";
}

function checkBoot(draft: Draft): void {
  const { firmware, kernel, initrd, commandLine, deviceTree, deviceTreeDump, loads } = draft;
  if (deviceTree !== undefined && (initrd !== undefined || commandLine !== undefined)) {
    throw new UsageFailure(
      "device-tree-fixed",
      "the device tree of -dtb is used as it is, so -append and -initrd would not be seen",
      "put bootargs and linux,initrd-start/-end into its /chosen node",
    );
  }
  if (kernel !== undefined || deviceTreeDump !== undefined || draft.restore !== undefined) {
    return;
  }
  if (loads.length > 0 && initrd === undefined && commandLine === undefined) {
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

/** @throws UsageFailure */
function profileOf(draft: Draft): LocalRun["profile"] {
  const { profileFile: file, profilePeriod: period, symbolsFile: symbols } = draft;
  if (file === undefined) {
    if (symbols === undefined) return undefined;
    throw new UsageFailure(
      "symbols-profile",
      "--symbols names a file, but there is no profile to use it for",
      "Add --profile FILE.",
    );
  }
  if (draft.trace.size > 0) {
    throw new UsageFailure(
      "profile-trace",
      "--profile and -d are two ways to watch a guest, and do not go together",
      "Leave one of them out.",
    );
  }
  return { file, period, symbols };
}
