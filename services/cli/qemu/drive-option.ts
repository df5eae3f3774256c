import { UsageFailure } from "../usage-failure.ts";
import type { Draft, Drive } from "./draft.ts";
import { parseBoolean } from "./parse-boolean.ts";
import { parseChoice } from "./parse-choice.ts";
import { fixedProperty, hostProperty, type Property, readProperties } from "./property-list.ts";

const driveProperties: readonly Property<Drive>[] = [
  {
    name: "file",
    value: "FILE",
    set: (drive, value) => {
      drive.file = value;
    },
  },
  {
    name: "id",
    value: "ID",
    set: (drive, value) => {
      drive.id = value;
    },
  },
  {
    name: "readonly",
    value: "on|off",
    set: (drive, value) => {
      drive.readOnly = parseBoolean(value);
    },
  },
  {
    name: "read-only",
    value: "on|off",
    set: (drive, value) => {
      drive.readOnly = parseBoolean(value);
    },
  },
  {
    name: "snapshot",
    value: "on|off",
    set: (drive, value) => {
      drive.snapshot = parseBoolean(value);
    },
  },
  {
    name: "if",
    value: "none|virtio",
    set: (drive, value) => {
      drive.interface = parseChoice<"none" | "virtio">("interface", ["none", "virtio"], value);
    },
  },
  fixedProperty("format", ["raw"], "only raw images are read"),
  fixedProperty("media", ["disk"], "there is no CD-ROM"),
  hostProperty("cache", ["writeback", "none", "writethrough", "directsync", "unsafe"]),
  hostProperty("aio", ["threads", "native", "io_uring"]),
  hostProperty("discard", ["ignore", "off", "unmap", "on"]),
  hostProperty("detect-zeroes", ["off", "on", "unmap"]),
];

/**
 * `-drive file=FILE,if=none,format=raw,id=ID[,readonly=on]`. With `if=virtio`, QEMU's default here, the
 * drive gets a device of its own; so it does where nothing is said and no device names it.
 */
export function readDrive(draft: Draft, text: string): void {
  const drive: Drive = {
    ...{ id: undefined, file: undefined },
    ...{ readOnly: false, snapshot: false, interface: undefined },
  };
  readProperties("-drive", text, driveProperties, drive);
  if (drive.interface !== "none") drive.id ??= unusedId(draft);
  if (drive.file === undefined || drive.file === "") {
    throw new UsageFailure("drive-without-file", "a drive needs a file", "add file=FILE");
  }
  if (drive.id === undefined) {
    throw new UsageFailure(
      "drive-without-id",
      "a drive needs an id, or no device can use it",
      "add id=ID and use it with -device virtio-blk-device,drive=ID, or write if=virtio",
    );
  }
  if (draft.drives.some(({ id }) => id === drive.id)) {
    throw new UsageFailure(
      "drive-twice",
      `there are two drives with the id '${drive.id}'`,
      "give each drive an id of its own",
    );
  }
  draft.drives.push(drive);
}

/** As QEMU names such drives. */
function unusedId({ drives }: Draft): string {
  const ids = drives.map((_, i) => `virtio${i}`).filter((id) => drives.every((d) => d.id !== id));
  return ids[0] ?? `virtio${drives.length}`;
}
