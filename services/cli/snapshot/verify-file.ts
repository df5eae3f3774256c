/** Whether a snapshot could be used: everything is read, compared, and restored once. */

import { compiler } from "../../../workers/host/compiler.ts";
import { nativeChecksum } from "../../../workers/host/native-checksum.ts";
import { nativeHash } from "../../../workers/host/native-hash.ts";
import { machineMemory } from "../../../workers/runtime/local/machine-memory.ts";
import { decodeLocal } from "../../../workers/runtime/local/snapshots/local-sections.ts";
import {
  readSnapshotFile,
  type SnapshotEntry,
} from "../../../workers/runtime/local/snapshots/snapshot-folder.ts";
import {
  type BlockBackend,
  Failure,
  type MachineResources,
  type MachineState,
  Monitor,
  NoNetwork,
  readSnapshot,
  verifySnapshot,
} from "../../../workers/vmm/mod.ts";
import { grouped } from "./amounts.ts";

const unknownDisk = 2 ** 50;

export function verifyFile({ file }: SnapshotEntry): { text: string; isWhole: boolean } {
  try {
    const content = readSnapshotFile(file);
    const { version, manifest, sections } = verifySnapshot(content, { checksum: nativeChecksum });
    const sizes = new Map(
      sections.has("about")
        ? decodeLocal(sections).disks.map(({ name, bytes }) => [name, bytes])
        : [],
    );
    const { state, ram } = readSnapshot(content, { checksum: nativeChecksum });
    const memoryBytes = machineMemory(state.hardware.ramBytes);
    const monitor = Monitor.create({ compiler, memoryBytes });
    const machine = monitor.restoreMachine(state, ram, standIns(state, sizes));
    const hash = machine.stateHash(nativeHash);
    machine.dispose();
    const pages = `${grouped(manifest.pages.length)} pages, ${sections.size} sections`;
    return {
      text: `${file}: whole; format ${version}, ${pages}, state hash ${hash}\n`,
      isWhole: true,
    };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { text: `${file}: ${error.message}\n  ${error.hint}\n`, isWhole: false };
  }
}

/** What a machine is restored with that is not to run. */
function standIns(state: MachineState, sizes: ReadonlyMap<string, number>): MachineResources {
  const sink = { write() {} };
  const { virtio } = state.hardware;
  const disks = virtio.flatMap((device) =>
    device.kind === "block"
      ? [[device.disk, disk(sizes.get(device.disk) ?? unknownDisk)] as const]
      : [],
  );
  const networks = virtio.flatMap((device) =>
    device.kind === "net" ? [[device.network, new NoNetwork()] as const] : [],
  );
  const consoles = virtio.flatMap((device) =>
    device.kind === "console" && device.console !== undefined
      ? [[device.console, sink] as const]
      : [],
  );
  return {
    console: sink,
    consoles: new Map(consoles),
    disks: new Map(disks),
    networks: new Map(networks),
    hostNow: () => 0,
  };
}

function disk(bytes: number): BlockBackend {
  return { bytes, read: (_offset, target) => void target.fill(0), write() {}, flush() {} };
}
