/**
 * What a run's host time went to, as it travels with the run: facts of the hosts that had it, which no
 * guest can tell and no grade depends on. What the guest did is counted by its machine and its script.
 */
import type { ExitTimes, Milliseconds, Nanoseconds } from "../../vmm/mod.ts";
import type { Spending } from "../time-account.ts";

export interface Stretch {
  /** Single exits have the date at which they were: nanoseconds since 1970. */
  readonly times: ExitTimes;
  readonly spent: Readonly<Record<Spending, Nanoseconds>>;
  /** Exits of the monitor's own categories. */
  readonly own: Readonly<Record<string, number>>;
}

export interface LedgerState {
  /** Of the steps that are decided. */
  readonly steps: readonly Stretch[];
  /** Since then. */
  readonly open: Stretch;
  /** Unix milliseconds at which it was saved. */
  readonly at: Milliseconds;
}

type Known = Readonly<Record<string, unknown>>;

const mostSteps = 200;
const mostNames = 64;
const mostBuckets = 1000;
const mostSlowest = 128;
const longestWord = 40;

/** @returns undefined for what is none: the run goes on without it */
export function parseLedgerState(value: unknown): LedgerState | undefined {
  const isState =
    isRecord(value) &&
    isList(value.steps, mostSteps, isStretch) &&
    isStretch(value.open) &&
    isAmount(value.at);
  return isState ? (value as unknown as LedgerState) : undefined;
}

function isStretch(value: unknown): boolean {
  if (!isRecord(value) || !isRecord(value.times) || !isRecord(value.spent)) return false;
  const { spent } = value;
  const isSpent = ["running", "idle", "waiting", "paused", "driver"].every((on) =>
    isAmount(spent[on]),
  );
  return isSpent && isTimes(value.times) && isNamed(value.own, isAmount);
}

function isTimes({ running, byCategory, byPart, slowest }: Known): boolean {
  const isPartTimes = (names: unknown) => isNamed(names, isHistogram);
  return (
    isAmount(running) &&
    isNamed(byCategory, isHistogram) &&
    (byPart === undefined || isNamed(byPart, isPartTimes)) &&
    isList(slowest, mostSlowest, (exit) => {
      if (!isRecord(exit)) return false;
      const { category, took, at, steps, hart, pc } = exit;
      return [took, at, steps, hart].every(isAmount) && isWord(category) && isWord(pc);
    })
  );
}

function isHistogram(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { counts, sum, least, most, samples } = value;
  const isCount = (pair: unknown) =>
    isList(pair, 2, isAmount) && (pair as readonly unknown[]).length === 2;
  return [sum, least, most, samples].every(isAmount) && isList(counts, mostBuckets, isCount);
}

function isRecord(value: unknown): value is Known {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: unknown, most: number, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length <= most && value.every(isItem);
}

function isNamed(value: unknown, isItem: (item: unknown) => boolean): boolean {
  if (!isRecord(value)) return false;
  const names = Object.keys(value);
  return names.length <= mostNames && names.every((name) => isWord(name) && isItem(value[name]));
}

function isAmount(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function isWord(value: unknown): boolean {
  return typeof value === "string" && value.length <= longestWord;
}
