import { counterEvent } from "../hart/event-counters.ts";
import { eventCounters, firstEventCounter } from "../isa/hart-layout.ts";
import {
  argument,
  readArgument,
  type SbiExtension,
  type SbiResult,
  sbiError,
  sbiFailure,
  sbiSuccess,
} from "./sbi-extension.ts";
import type { SbiHart } from "./sbi-ports.ts";

const csr = { mcountinhibit: 0x320, mhpmevent: 0x320, mhpmcounter: 0xb00, hpmcounter: 0xc00 };
const counterBits = 64;
/** Event types in bits 19:16 of an event's index; codes or selectors are below. */
const eventType = { hardware: 0, raw: 2 } as const;
const configure = {
  ...{ skipMatch: 1, clearValue: 2, autoStart: 4 },
  ...{ notInUser: 1 << 5, notInSupervisor: 1 << 6, notInMachine: 1 << 7 },
} as const;
const startFlags = { setValue: 1 } as const;
const stopFlags = { reset: 1 } as const;

/**
 * Performance monitoring unit extension (SBI 2.0, chapter 11): counter `i` is `hpmcounter(i + 3)`.
 *
 * Each can count cycles or instructions; `cycle` and `instret` themselves always run and are not
 * handed out. There are no firmware counters and no shared memory for snapshots. Which counters are
 * taken and which run stands in the hart's registers, so the extension itself keeps nothing.
 */
export class SbiPmu implements SbiExtension {
  readonly id = 0x50_4d55;

  call(hart: SbiHart, functionId: number): SbiResult {
    switch (functionId) {
      case 0:
        return sbiSuccess(eventCounters);
      case 1:
        return describe(readArgument(hart, argument.a0));
      case 2:
        return configureMatching(hart);
      case 3:
        return start(hart);
      case 4:
        return stop(hart);
      default:
        return sbiFailure(sbiError.notSupported);
    }
  }
}

/** Where an S-mode kernel reads a counter: its CSR, and one less than its bits. */
function describe(index: number): SbiResult {
  if (index >= eventCounters) return sbiFailure(sbiError.invalidParameter);
  const number = csr.hpmcounter + firstEventCounter + index;
  return sbiSuccess(number | ((counterBits - 1) << 12));
}

function configureMatching(hart: SbiHart): SbiResult {
  const candidates = chosenCounters(hart);
  if (candidates === undefined) return sbiFailure(sbiError.invalidParameter);
  const flags = hart.x(argument.a2);
  const skipsMatch = (flags & configure.skipMatch) !== 0;
  const counter = skipsMatch
    ? candidates[0]
    : candidates.find((number) => hart.readCsr(csr.mhpmevent + number) === 0n);
  const event = eventOf(hart);
  if (event === undefined) return sbiFailure(sbiError.notSupported);
  if (counter === undefined) {
    return sbiFailure(skipsMatch ? sbiError.invalidParameter : sbiError.notSupported);
  }
  const filter = (flag: number, bit: bigint) => ((flags & flag) === 0 ? 0n : bit);
  const filters =
    filter(configure.notInUser, counterEvent.notInUser) |
    filter(configure.notInSupervisor, counterEvent.notInSupervisor) |
    filter(configure.notInMachine, counterEvent.notInMachine);
  if (!skipsMatch) {
    inhibit(hart, counter, true);
    hart.writeCsr(csr.mhpmevent + counter, event | filters);
  }
  if (flags & configure.clearValue) hart.writeCsr(csr.mhpmcounter + counter, 0n);
  if (flags & configure.autoStart) inhibit(hart, counter, false);
  return sbiSuccess(counter - firstEventCounter);
}

/** The selector of the event that is asked for; undefined where no counter has it. */
function eventOf(hart: SbiHart): bigint | undefined {
  const index = readArgument(hart, argument.a3);
  const selector = Number(BigInt(index) & 0xffffn);
  const type = Math.floor(index / 2 ** 16);
  const wanted =
    type === eventType.raw && selector === 0 ? readArgument(hart, argument.a4) : selector;
  if (type !== eventType.raw && type !== eventType.hardware) return undefined;
  return [counterEvent.cycles, counterEvent.instructions].find((event) => event === BigInt(wanted));
}

function start(hart: SbiHart): SbiResult {
  const chosen = chosenCounters(hart);
  if (chosen === undefined) return sbiFailure(sbiError.invalidParameter);
  const flags = hart.x(argument.a2);
  if (flags & ~startFlags.setValue) return sbiFailure(sbiError.notSupported);
  let result = sbiSuccess();
  for (const counter of chosen) {
    const event = hart.readCsr(csr.mhpmevent + counter);
    if ((event & counterEvent.selector) === 0n) {
      result = sbiFailure(sbiError.invalidParameter);
    } else if (!isInhibited(hart, counter)) {
      result = sbiFailure(sbiError.alreadyStarted);
    } else {
      // What overflowed before is dealt with: the next overflow is to be reported again.
      hart.writeCsr(csr.mhpmevent + counter, event & ~counterEvent.overflow);
      if (flags & startFlags.setValue) {
        const value = (BigInt(hart.xHigh(argument.a3)) << 32n) | BigInt(hart.x(argument.a3));
        hart.writeCsr(csr.mhpmcounter + counter, value);
      }
      inhibit(hart, counter, false);
    }
  }
  return result;
}

function stop(hart: SbiHart): SbiResult {
  const chosen = chosenCounters(hart);
  if (chosen === undefined) return sbiFailure(sbiError.invalidParameter);
  const flags = hart.x(argument.a2);
  if (flags & ~stopFlags.reset) return sbiFailure(sbiError.notSupported);
  let result = sbiSuccess();
  for (const counter of chosen) {
    const isFree = hart.readCsr(csr.mhpmevent + counter) === 0n;
    if (isFree || isInhibited(hart, counter)) result = sbiFailure(sbiError.alreadyStopped);
    inhibit(hart, counter, true);
    if (flags & stopFlags.reset) hart.writeCsr(csr.mhpmevent + counter, 0n);
  }
  return result;
}

/** The numbers that `a0` (base) and `a1` (mask) name; undefined where one is no counter. */
function chosenCounters(hart: SbiHart): number[] | undefined {
  const base = readArgument(hart, argument.a0);
  const mask = (BigInt(hart.xHigh(argument.a1)) << 32n) | BigInt(hart.x(argument.a1));
  if (base >= eventCounters || mask >> BigInt(eventCounters - base) !== 0n) return undefined;
  const numbers = Array.from({ length: eventCounters - base }, (_, i) => i);
  return numbers.filter((i) => (mask >> BigInt(i)) & 1n).map((i) => firstEventCounter + base + i);
}

function isInhibited(hart: SbiHart, counter: number): boolean {
  return ((hart.readCsr(csr.mcountinhibit) >> BigInt(counter)) & 1n) === 1n;
}

function inhibit(hart: SbiHart, counter: number, isStopped: boolean): void {
  const bit = 1n << BigInt(counter);
  const others = hart.readCsr(csr.mcountinhibit) & ~bit;
  hart.writeCsr(csr.mcountinhibit, isStopped ? others | bit : others);
}
