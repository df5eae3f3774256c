import type { LocalRun } from "../../../workers/runtime/local/local-run.ts";
import { UsageFailure } from "../usage-failure.ts";
import type { Device, Draft, Drive, Network } from "./draft.ts";
import { newDevice } from "./new-device.ts";
import { assignSlots } from "./slots.ts";
import { wireNetworks } from "./wire-networks.ts";

type Plugged = LocalRun["virtio"][number];

/**
 * Disks and virtio devices, each drive and each network with one device at most.
 *
 * @throws UsageFailure
 */
export function attachDevices(draft: Draft): Pick<LocalRun, "disks" | "virtio" | "networks"> {
  const { drives, networks, randomSources, snapshot } = draft;
  const devices = [...draft.devices, ...impliedDevices(draft)];
  const slots = assignSlots(devices);
  const claimDrive = claims("drive", drives);
  const claimNetwork = claims("netdev", networks);
  const plug = (device: Device): Plugged => {
    const slot = slots.get(device) ?? 0;
    const common = { slot, ...(device.packed ? { packed: true } : {}) };
    switch (device.model) {
      case "virtio-rng-device":
        checkRandomSource(device, randomSources);
        return { kind: "rng", ...common };
      case "virtio-serial-device":
        // A person who adds a console wants to type there; what the UART prints is seen anyway.
        return { kind: "console", takesInput: device.hasConsole, ...common };
      case "virtio-blk-device": {
        const drive = claimDrive(device, device.drive);
        return { kind: "block", disk: drive.id ?? "", readOnly: drive.readOnly, ...common };
      }
      case "virtio-net-device": {
        const network = device.network && claimNetwork(device, device.network).id;
        const mac = device.mac === undefined ? {} : { mac: device.mac };
        return { kind: "net", network: network || "none", ...mac, ...common };
      }
    }
  };
  const disks = drives.map(({ id = "", file = "", readOnly, snapshot: own }) => ({
    name: id,
    file,
    readOnly,
    snapshot: (snapshot || own) && !readOnly,
  }));
  const virtio = devices.map(plug);
  return { disks, virtio, networks: wireNetworks(draft) };
}

/** Those of drives that ask for one. QEMU plugs them in behind all others, too. */
function impliedDevices({ devices, drives }: Draft): readonly Device[] {
  const named = new Set(devices.map(({ drive }) => drive));
  const wanting = drives.filter(
    (drive) =>
      drive.interface === "virtio" || (drive.interface === undefined && !named.has(drive.id)),
  );
  return wanting.map(({ id, file }) => ({
    ...newDevice("virtio-blk-device", `-drive file=${file}`),
    drive: id,
  }));
}

/** @throws UsageFailure */
function checkRandomSource({ words, randomSource }: Device, known: ReadonlySet<string>): void {
  if (randomSource === undefined || known.has(randomSource)) return;
  throw new UsageFailure(
    "object-missing",
    `${words}: there is no object '${randomSource}'`,
    `define it with -object rng-builtin,id=${randomSource}, or leave rng= out`,
  );
}

/** Hands out the back ends of one kind, each once. */
function claims<Backend extends Drive | Network>(kind: string, backends: readonly Backend[]) {
  const users = new Set<Backend>();
  return ({ words }: Device, id: string | undefined): Backend => {
    const backend = backends.find((one) => id !== undefined && one.id === id);
    if (backend === undefined) {
      const ids = backends.flatMap((one) => one.id ?? []);
      const known = ids.length === 0 ? `there is no -${kind}` : `there is ${ids.join(", ")}`;
      throw new UsageFailure(
        `${kind}-missing`,
        id === undefined
          ? `${words}: ${kind}=ID is missing`
          : `${words}: no ${kind} '${id}'; ${known}`,
        kind === "drive"
          ? "define it with -drive file=FILE,if=none,format=raw,id=ID and name it with drive=ID"
          : "define it with -netdev none,id=ID and name it with netdev=ID",
      );
    }
    if (users.has(backend)) {
      throw new UsageFailure(
        `${kind}-in-use`,
        `${words}: ${kind} '${id}' is already in use by another device`,
        `give each device a ${kind} of its own`,
      );
    }
    users.add(backend);
    return backend;
  };
}
