/**
 * Saves the machine of a local run, and says what a run that goes on from a snapshot needs. What the
 * machine holds goes into the snapshot; so does what the guest has written to a disk whose file stays
 * as it is (`snapshot=on`). A disk that is written to its file goes its own way, so a machine with
 * one cannot be saved.
 */
import { statSync } from "node:fs";
import { OverlayBlock } from "../../../host/block-overlay.ts";
import { nativeChecksum } from "../../../host/native-checksum.ts";
import {
  type BlockBackend,
  type ConsoleScript,
  Failure,
  type Machine,
  type MachineState,
  type RamContent,
  readSnapshot,
  writeSnapshot,
} from "../../../vmm/mod.ts";
import type { SnapshotCommands } from "../../debug/snapshot-commands.ts";
import type { LocalDisk, LocalRun } from "../local-run.ts";
import { decodeLocal, encodeLocal, type LocalParts, type SavedDisk } from "./local-sections.ts";
import { readSnapshotFile, type SnapshotFolder } from "./snapshot-folder.ts";
import { snapshotList } from "./snapshot-list.ts";

export interface LoadedSnapshot {
  readonly state: MachineState;
  readonly ram: RamContent;
  readonly parts: LocalParts;
}

interface Parts {
  readonly run: LocalRun;
  readonly disks: ReadonlyMap<string, BlockBackend>;
  readonly script: ConsoleScript | undefined;
  readonly machine: () => Machine;
  /** Has the driver make another machine. */
  readonly onLoad: () => void;
}

export class LocalSnapshots implements SnapshotCommands {
  readonly #folder: SnapshotFolder;
  readonly #parts: Parts;
  #pending: LoadedSnapshot | undefined;

  constructor(folder: SnapshotFolder, parts: Parts) {
    this.#folder = folder;
    this.#parts = parts;
  }

  /** What a monitor has asked for since the last call. */
  takeLoaded(): LoadedSnapshot | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    return pending;
  }

  /** @throws Failure `snapshot-disk`, `snapshot-name`, `snapshot-unwritable` */
  write(name: string): string {
    const { run, disks, script } = this.#parts;
    const machine = this.#parts.machine();
    const state = machine.save();
    const about = {
      ...{ name, savedAt: Date.now(), now: state.clock.now, instructions: machine.retired },
      ...{ ramBytes: state.hardware.ramBytes, harts: state.hardware.harts },
    };
    const saved = run.disks.map((disk) => saveDisk(disk, disks.get(disk.name)));
    const steps = script && { steps: script.reports.length, state: script.save() };
    const others = encodeLocal({ about, disks: saved, script: steps });
    const file = writeSnapshot(machine, { others, checksum: nativeChecksum });
    return this.#folder.write(name, file).file;
  }

  save(name: string): string {
    return answered(() => {
      this.write(name || "vm");
      return "";
    });
  }

  load(name: string): string {
    return answered(() => {
      if (this.#parts.script !== undefined) {
        throw new Failure(
          "snapshot-script",
          "a run with a script goes its own way: no state can be loaded into it",
          "start another run with -restore",
        );
      }
      const loaded = loadSnapshot(this.#folder.find(name).file);
      checkFit(loaded, this.#parts.run, this.#parts.disks);
      this.#pending = loaded;
      this.#parts.onLoad();
      return "";
    });
  }

  remove(name: string): string {
    return answered(() => {
      this.#folder.remove(name);
      return "";
    });
  }

  list(): string {
    return answered(() => snapshotList(this.#folder.list()));
  }
}

/** @throws Failure `snapshot-unreadable`, those of `readSnapshot` */
export function loadSnapshot(file: string): LoadedSnapshot {
  const content = readSnapshotFile(file);
  const { state, ram, sections } = readSnapshot(content, { checksum: nativeChecksum });
  return { state, ram, parts: decodeLocal(sections) };
}

/**
 * Compares a snapshot with the run that is to go on from it.
 *
 * @throws Failure `snapshot-devices`, `snapshot-disk`
 */
export function checkFit(
  { state, parts }: LoadedSnapshot,
  run: LocalRun,
  disks: ReadonlyMap<string, BlockBackend>,
): void {
  const had = state.hardware.virtio.map(describe).sort();
  const has = run.virtio.map(describe).sort();
  const missing = had.filter((device) => !has.includes(device));
  const added = has.filter((device) => !had.includes(device));
  if (missing.length > 0 || added.length > 0) {
    const faults = [
      ...missing.map((device) => `${device} is missing`),
      ...added.map((device) => `${device} was not there`),
    ];
    throw new Failure(
      "snapshot-devices",
      `the machine of the snapshot had other devices: ${faults.join("; ")}`,
      "give the -device, -drive and -netdev options with which it was saved",
    );
  }
  for (const saved of parts.disks) {
    const disk = run.disks.find(({ name }) => name === saved.name);
    if (disk === undefined) continue;
    const isSame =
      disks.get(saved.name)?.bytes === saved.bytes && modified(disk) === saved.modified;
    if (isSame) continue;
    throw new Failure(
      "snapshot-disk",
      `the image '${disk.file}' of disk '${disk.name}' has changed since the snapshot was saved`,
      "put the image back that it was saved with; the guest would find other files than it knows",
    );
  }
}

/** Gives disks that forget what is written to them what was written when the snapshot was saved. */
export function restoreDisks(
  { parts }: LoadedSnapshot,
  disks: ReadonlyMap<string, BlockBackend>,
): void {
  for (const { name, written } of parts.disks) {
    const disk = disks.get(name);
    if (written === undefined) continue;
    if (disk instanceof OverlayBlock) disk.replaceWritten(written);
    else throw diskFailure(name);
  }
}

function saveDisk(disk: LocalDisk, backend: BlockBackend | undefined): SavedDisk {
  const common = { name: disk.name, bytes: backend?.bytes ?? 0, modified: modified(disk) };
  if (backend instanceof OverlayBlock) return { ...common, written: backend.written() };
  if (disk.readOnly) return common;
  throw diskFailure(disk.name);
}

function diskFailure(name: string): Failure {
  return new Failure(
    "snapshot-disk",
    `disk '${name}' is written to its file, which a snapshot cannot hold`,
    "start with -snapshot, or with snapshot=on or readonly=on at its -drive",
  );
}

function modified({ file }: LocalDisk): number {
  return Math.floor(statSync(file).mtimeMs);
}

function describe(device: LocalRun["virtio"][number]): string {
  const { slot, kind } = device;
  return `${kind} in slot ${slot}`;
}

/** A monitor's answer: nothing, or what went wrong. */
function answered(act: () => string): string {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return `Error: ${error.message}\n  ${error.hint}\n`;
  }
}
