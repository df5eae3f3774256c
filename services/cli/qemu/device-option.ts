import { UsageFailure } from "../usage-failure.ts";
import type { Device, DeviceModel, Draft } from "./draft.ts";
import { parseChoice } from "./parse-choice.ts";
import { type Property, readProperties } from "./property-list.ts";
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
    ...commonProperties,
  ],
  "virtio-rng-device": commonProperties,
};

const models = Object.keys(deviceProperties) as readonly DeviceModel[];

/** `-device MODEL[,property=value…]`. */
export function readDevice(draft: Draft, text: string): void {
  const [word = ""] = text.split(",", 1);
  if (word === "help" || word === "?") {
    draft.information = models.map((model) => `name "${model}", bus virtio-bus\n`).join("");
    return;
  }
  const model = parseChoice("device", models, word.replace(/^driver=/, ""));
  const device: Device = {
    model,
    words: `-device ${text}`,
    id: undefined,
    drive: undefined,
    slot: undefined,
  };
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
