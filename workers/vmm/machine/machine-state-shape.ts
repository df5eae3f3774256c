/** What a decoded machine must look like before it is restored; the devices look at their own parts. */
import { ramBase } from "../base/memory-map.ts";
import type { FinisherRequest } from "../devices/test-finisher.ts";
import { type SavedCode, savedCodePageBytes } from "../interpreter/code-cache.ts";
import { largestTlbTable, tlbTableNames } from "../mmu/saved-tlb.ts";
import {
  boolean,
  bytes,
  integer,
  list,
  named,
  number,
  record,
  type Shape,
  text,
  variant,
  word,
} from "../snapshot/shape.ts";
import type { VirtioConfig } from "./config.ts";
import type { MachineHardware } from "./machine-hardware.ts";
import type { MachineState } from "./machine-state.ts";
import { mostHarts } from "./most-harts.ts";

const count = integer(0, Number.MAX_SAFE_INTEGER);
const time = number(0, Number.MAX_SAFE_INTEGER);
const name = text(256);
const mostNames = 256;
const mostParts = 513;
const mostCodePages = 4096;
const mostImages = 64;
const largestRam = 2 ** 32;

const slot = { slot: integer(0, 7) };
const packed = { packed: boolean };
const virtio = variant<VirtioConfig>("kind", {
  block: record({ kind: word("block"), disk: name, readOnly: boolean, ...slot }, packed),
  rng: record({ kind: word("rng"), ...slot }, packed),
  net: record({ kind: word("net"), network: name, ...slot }, { mac: name, ...packed }),
  console: record(
    { kind: word("console"), takesInput: boolean, ...slot },
    { console: name, ...packed },
  ),
});

export const hardwareShape: Shape<MachineHardware> = record(
  {
    ramBytes: integer(1, largestRam),
    harts: integer(1, mostHarts),
    time: word("virtual", "host"),
    seed: integer(0, 2 ** 32 - 1),
    virtio: list(virtio, 0, 8),
    hasSbi: boolean,
    images: list(record({ role: name, address: count, bytes: count }), 0, mostImages),
  },
  {
    engine: word("interpret", "trap-and-emulate", "translate"),
    htif: record({ tohost: count }, { fromhost: count }),
  },
);

const ended = variant<FinisherRequest>("kind", {
  "power-off": record({ kind: word("power-off"), code: integer(0, 255) }),
  reboot: record({ kind: word("reboot") }),
});

export const codeShape: Shape<SavedCode> = (value, path) => {
  const perPage = savedCodePageBytes;
  const shape = record({
    pages: bytes(0, mostCodePages * perPage.pages),
    decoded: bytes(0, mostCodePages * perPage.decoded),
    granules: bytes(0, mostCodePages * perPage.granules),
  });
  const code = shape(value, path);
  const pages = code.pages.length / perPage.pages;
  for (const part of ["pages", "decoded", "granules"] as const) {
    if (code[part].length === pages * perPage[part] && Number.isInteger(pages)) continue;
    throw new RangeError(`${path}.${part} is not of as many pages as the others`);
  }
  return code;
};

/** The sections of a machine with this hardware, by their names. */
export function sectionShapes({ harts }: MachineHardware): {
  readonly [K in keyof Required<Omit<MachineState, "hardware">>]: Shape<Required<MachineState>[K]>;
} {
  const tlb: Shape<Record<string, Uint8Array>> = (value, path) => {
    const tables = named(bytes(0, largestTlbTable), tlbTableNames.length)(value, path);
    const stranger = Object.keys(tables).find((table) => !tlbTableNames.includes(table));
    if (stranger === undefined) return tables;
    throw new RangeError(`${path}.${stranger} is nothing that is known`);
  };
  return {
    clock: record({ now: count, steps: count, ownSteps: list(count, harts) }),
    events: named(time, mostNames),
    schedule: record({
      current: integer(0, harts - 1),
      quantumLeft: integer(-(2 ** 31), 2 ** 31),
      waiting: list(boolean, harts),
    }),
    harts: list(
      record({ registers: named(text(16), mostNames), exits: named(count, mostNames) }),
      harts,
    ),
    tlbs: list(tlb, harts),
    code: codeShape,
    started: list(word("started", "stopped", "suspended"), harts),
    devices: named((value) => value, mostNames),
    parts: named(named(count, mostParts), mostNames),
    htif: record({ isReading: boolean }),
    ended,
  };
}

/** @throws RangeError where the words of the host-target interface are not words of RAM */
export function checkHtif({ htif, ramBytes }: MachineHardware): void {
  for (const at of [htif?.tohost, htif?.fromhost]) {
    const isInRam = at === undefined || (at >= ramBase && at + 8 <= ramBase + ramBytes);
    if (!isInRam || (at ?? 0) % 8 !== 0) throw new RangeError("its host interface is not in RAM");
  }
}
