import type { Device, DeviceModel } from "./draft.ts";

/** A device of which nothing is said but its model, and the words that it comes from. */
export function newDevice(model: DeviceModel, words: string): Device {
  return {
    ...{ model, words },
    ...{ id: undefined, drive: undefined, network: undefined, mac: undefined },
    ...{ hasConsole: false, stream: undefined, randomSource: undefined },
    ...{ packed: false, slot: undefined },
  };
}
