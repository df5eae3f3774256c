import type { LocalRun } from "../../../workers/runtime/local/local-run.ts";
import { UsageFailure } from "../usage-failure.ts";
import type { Device, Draft } from "./draft.ts";
import { assignSlots } from "./slots.ts";

/**
 * Checks what no single option can see, and says what to run.
 *
 * @throws UsageFailure
 */
export function toLocalRun(draft: Draft): LocalRun {
  checkBoot(draft);
  const { ramBytes, kernel, initrd, commandLine, time, seed, onReboot } = draft;
  const { maxInstructions, exitsFile, printsHash, scriptFile } = draft;
  return {
    ramBytes,
    firmware: draft.firmware === "default" ? "sbi" : draft.firmware,
    kernel,
    initrd,
    commandLine,
    ...attach(draft),
    time,
    seed,
    console: draft.console ?? draft.defaultConsole,
    onReboot,
    maxInstructions,
    exitsFile,
    printsHash,
    scriptFile,
  };
}

function checkBoot({ firmware, kernel, initrd, commandLine }: Draft): void {
  if (kernel !== undefined) {
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

/** Disks and virtio devices, each drive with one device at most. */
function attach({ devices, drives, snapshot }: Draft): Pick<LocalRun, "disks" | "virtio"> {
  const slots = assignSlots(devices);
  const users = new Map<string, Device>();
  const virtio = devices.map((device): LocalRun["virtio"][number] => {
    const slot = slots.get(device) ?? 0;
    if (device.model === "virtio-rng-device") {
      return { kind: "rng", slot };
    }
    const drive = drives.find(({ id }) => id === device.drive);
    if (drive?.id === undefined) {
      throw driveMissing(
        device,
        drives.flatMap(({ id }) => id ?? []),
      );
    }
    if (users.has(drive.id)) {
      throw new UsageFailure(
        "drive-in-use",
        `${device.words}: drive '${drive.id}' is already in use by another device`,
        "give each device a drive of its own",
      );
    }
    users.set(drive.id, device);
    return { kind: "block", slot, disk: drive.id, readOnly: drive.readOnly };
  });
  const disks = drives.map(({ id = "", file = "", readOnly, snapshot: own }) => ({
    name: id,
    file,
    readOnly,
    snapshot: (snapshot || own) && !readOnly,
  }));
  return { disks, virtio };
}

function driveMissing({ words, drive }: Device, ids: readonly string[]): UsageFailure {
  const known = ids.length === 0 ? "there is no -drive" : `there is ${ids.join(", ")}`;
  return new UsageFailure(
    "drive-missing",
    drive === undefined
      ? `${words}: drive=ID is missing`
      : `${words}: no drive '${drive}'; ${known}`,
    "define it with -drive file=FILE,if=none,format=raw,id=ID and name it with drive=ID",
  );
}
