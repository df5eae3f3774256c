/**
 * Random accesses to the registers of UART, PLIC, CLINT and clock, as far as they do not depend on
 * the time of day or on how fast a machine is: no clock is read, the UART's trigger level stays 1
 * (a timeout takes time in QEMU and none here) and it stays in loopback (a pipe takes time, too),
 * comparators are set to "due" or "never".
 */
import type { DeviceAccess } from "./device-image.ts";
import type { Random } from "./random.ts";

const uart = 0x1000_0000;
const plic = 0xc00_0000;
const clint = 0x200_0000;
const rtc = 0x10_1000;
const loopback = 0x10;
const source = { uart: 10, rtc: 11 } as const;
const enables = [plic + 0x2000, plic + 0x2080];
const thresholds = [plic + 0x20_0000, plic + 0x20_1000];
const claims = [plic + 0x20_0004, plic + 0x20_1004];
const sources = [source.uart, source.rtc, 1, 95];

export function randomDeviceAccesses(random: Random, count: number): DeviceAccess[] {
  const accesses: DeviceAccess[] = [{ address: uart + 4, bytes: 1, value: loopback }];
  while (accesses.length < count) {
    accesses.push(...random.weighted(generators)(random));
  }
  return accesses;
}

const generators: readonly (readonly [number, (random: Random) => DeviceAccess[]])[] = [
  [8, (random) => [{ address: uart + random.below(8), bytes: 1 }]],
  [8, uartWrite],
  [2, (random) => [readWord(random.pick(sources.map((number) => plic + 4 * number)))]],
  [2, (random) => [readWord(random.pick([...enables, ...thresholds, plic + 0x1000]))]],
  [4, (random) => [readWord(random.pick(claims))]],
  [3, (random) => [writeWord(plic + 4 * random.pick(sources), random.u32())]],
  [2, (random) => [writeWord(random.pick(thresholds), random.pick([0, 0, 0, 1, 7]))]],
  [4, (random) => [writeWord(random.pick(claims), random.pick([...sources, 10, 11, 200]))]],
  [3, enableWrite],
  [1, (random) => [writeWord(clint, random.u32())]],
  [1, (random) => [readWord(random.pick([clint, clint + 0x4000, clint + 0x4004]))]],
  [1, (random) => [writeWord(clint + 0x4004, random.pick([0, 0x7fff_ffff]))]],
  [1, (random) => [writeWord(clint + 0x4000, random.pick([0, 0xffff_ffff]))]],
  [1, (random) => [writeWord(rtc + random.pick([0x10, 0x14, 0x1c]), random.u32())]],
  [1, (random) => [writeWord(rtc + 0xc, random.pick([0, 0x3fff_ffff]))]],
  [1, (random) => [writeWord(rtc + 0x8, random.u32())]],
  [1, (random) => [readWord(rtc + random.pick([0x8, 0xc, 0x10, 0x14, 0x18, 0x1c, 0x20]))]],
];

function uartWrite(random: Random): DeviceAccess[] {
  const offset = random.below(8);
  const byte = random.below(256);
  const values: Readonly<Record<number, number>> = {
    2: byte & 0x3f,
    3: random.pick([3, 3, 3, 0x83, 0]),
    4: byte | loopback,
  };
  return [{ address: uart + offset, bytes: 1, value: values[offset] ?? byte }];
}

/** QEMU notices what was enabled only at the next event; here it counts at once, as in the manual. */
function enableWrite(random: Random): DeviceAccess[] {
  const bits = sources.reduce((sum, number) => sum | (random.chance(0.5) ? 1 << number : 0), 0);
  return [
    { ...writeWord(random.pick(enables), bits >>> 0), silent: true },
    writeWord(plic + 4 * 2, 1),
  ];
}

function readWord(address: number): DeviceAccess {
  return { address, bytes: 4 };
}

function writeWord(address: number, value: number): DeviceAccess {
  return { address, bytes: 4, value };
}
