import { UsageFailure } from "../usage-failure.ts";
import type { Device, DeviceModel, Draft } from "./draft.ts";
import { readLoader } from "./loader-device.ts";
import { newDevice } from "./new-device.ts";
import { parseBoolean } from "./parse-boolean.ts";
import { parseChoice } from "./parse-choice.ts";
import { fixedProperty, type Property, readProperties } from "./property-list.ts";
import { slotCount } from "./slots.ts";

const commonProperties: readonly Property<Device>[] = [
  {
    name: "bus",
    value: "virtio-mmio-bus.N",
    set: (device, value) => {
      device.slot = parseBus(value);
    },
  },
  {
    name: "id",
    value: "ID",
    set: (device, value) => {
      device.id = value;
    },
  },
  {
    name: "packed",
    value: "on|off",
    set: (device, value) => {
      device.packed = parseBoolean(value);
    },
  },
  fixedProperty("indirect_desc", ["on"], "indirect descriptors are always offered"),
  fixedProperty("event_idx", ["on"], "event indices are always offered"),
];

const offloads = [
  "csum",
  "gso",
  "guest_csum",
  "guest_tso4",
  "guest_tso6",
  "host_tso4",
  "host_tso6",
];

const deviceProperties: Readonly<Record<DeviceModel, readonly Property<Device>[]>> = {
  "virtio-blk-device": [
    {
      name: "drive",
      value: "ID",
      set: (device, value) => {
        device.drive = value;
      },
    },
    fixedProperty("scsi", ["off", "false"], "the disk takes no SCSI commands"),
    fixedProperty("num-queues", ["1"], "the disk has one queue"),
    ...commonProperties,
  ],
  "virtio-net-device": [
    {
      name: "netdev",
      value: "ID",
      set: (device, value) => {
        device.network = value;
      },
    },
    {
      name: "mac",
      value: "52:54:00:12:34:56",
      set: (device, value) => {
        device.mac = value;
      },
    },
    ...offloads.map((name) => fixedProperty<Device>(name, ["off"], "the card has no offloads")),
    ...commonProperties,
  ],
  "virtio-rng-device": [
    {
      name: "rng",
      value: "ID",
      set: (device, value) => {
        device.randomSource = value;
      },
    },
    { name: "max-bytes", value: "N", set: () => {} },
    { name: "period", value: "MS", set: () => {} },
    ...commonProperties,
  ],
  "virtio-serial-device": [
    fixedProperty("max_ports", ["1"], "it has one port, of a virtconsole"),
    ...commonProperties,
  ],
};

/** The port of a `virtio-serial-device`; its name is of no use to a guest. */
const consoleProperties: readonly Property<Device>[] = [
  {
    name: "chardev",
    value: "ID",
    set: (device, value) => {
      device.stream = value;
    },
  },
  { name: "name", value: "TEXT", set: () => {} },
  { name: "bus", value: "BUS", set: () => {} },
  { name: "id", value: "ID", set: () => {} },
  fixedProperty("nr", ["0"], "there is one port"),
];

const models = Object.keys(deviceProperties) as readonly DeviceModel[];

/** `-device MODEL[,property=value…]`. */
export function readDevice(draft: Draft, text: string): void {
  const [word = ""] = text.split(",", 1);
  if (word === "help" || word === "?") {
    draft.information = models.map((model) => `name "${model}", bus virtio-bus\n`).join("");
    return;
  }
  const name = word.replace(/^driver=/, "");
  if (name === "virtconsole") {
    readConsole(draft, text);
    return;
  }
  if (name === "loader") {
    readLoader(draft, text.slice(word.length + 1));
    return;
  }
  refuseKnownDevice(name);
  const model = parseChoice("device", models, name);
  const device = newDevice(model, `-device ${text}`);
  const rest = text.slice(word.length + 1);
  if (rest === "help" || rest === "?") {
    draft.information = `${model} options:\n${deviceProperties[model]
      .map(({ name, value }) => `  ${name}=${value}\n`)
      .join("")}`;
    return;
  }
  if (rest !== "") {
    readProperties(model, rest, deviceProperties[model], device);
  }
  if (device.id !== undefined && draft.devices.some(({ id }) => id === device.id)) {
    throw new UsageFailure(
      "device-twice",
      `there are two devices with the id '${device.id}'`,
      "give each device an id of its own",
    );
  }
  draft.devices.push(device);
}

function readConsole(draft: Draft, text: string): void {
  const serial = draft.devices.findLast(({ model }) => model === "virtio-serial-device");
  if (serial === undefined || serial.hasConsole || draft.devices.some((d) => d.hasConsole)) {
    throw new UsageFailure(
      "console-without-bus",
      serial === undefined
        ? "a virtconsole needs a virtio-serial-device before it"
        : "there can be one virtconsole",
      "write -device virtio-serial-device -device virtconsole",
    );
  }
  const rest = text.slice(text.split(",", 1)[0]?.length).slice(1);
  if (rest !== "") readProperties("virtconsole", rest, consoleProperties, serial);
  serial.hasConsole = true;
}

/** Devices of QEMU that are no slip of the pen: why the machine cannot have them. */
const absentDevices: readonly (readonly [name: RegExp, why: string])[] = [
  [/^virtio-(gpu|vga|keyboard|mouse|tablet|input)/, "there is no display and no keyboard"],
  [/^virtio-(9p|fs|scsi|balloon|vsock|crypto|sound|iommu)/, "there is no such device"],
  [/^virtserialport$/, "the virtio-serial-device has one port, of a virtconsole"],
  [
    /-pci(-|$)|^(e1000|rtl8139|nvme|ahci|ich|qemu-xhci|pcie|usb|vfio|VGA|bochs)/,
    "the machine has no PCI",
  ],
];

function refuseKnownDevice(name: string): void {
  const why = absentDevices.find(([pattern]) => pattern.test(name))?.[1];
  if (why !== undefined) {
    const card = /^(e1000|rtl8139)/.test(name);
    const sibling = models.find((model) => model === name.replace(/-pci(-.*)?$/, "-device"));
    throw new UsageFailure(
      "device-unsupported",
      `'${name}' is not supported: ${why}`,
      card || sibling !== undefined
        ? `write ${sibling ?? "virtio-net-device"}: the machine has its virtio devices on virtio-mmio`
        : `the machine's devices are ${models.join(", ")}; leave the others out`,
    );
  }
}

function parseBus(text: string): number {
  const digits = /^virtio-mmio-bus\.(\d+)$/.exec(text)?.[1];
  const slot = Number(digits ?? Number.NaN);
  if (slot < slotCount) {
    return slot;
  }
  throw new UsageFailure(
    "bus-unknown",
    `there is no bus '${text}'`,
    `choose one of virtio-mmio-bus.0 … virtio-mmio-bus.${slotCount - 1}`,
  );
}
