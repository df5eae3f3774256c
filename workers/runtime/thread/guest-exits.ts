import type { ExitGauges } from "../../../shared/schema/exit-report.ts";
import type { ConsoleScript, Machine, Milliseconds } from "../../vmm/mod.ts";
import type { DriverPorts } from "./driver-ports.ts";
import { type LedgerClock, RunLedger } from "./run-ledger.ts";

const interval: Milliseconds = 2000;
/** When a step was decided since: what is known of it shall outlive the worker. */
const shortInterval: Milliseconds = 250;
const pageBytes = 4096;
/** Between two turns. */
const whileAway = {
  more: "waiting",
  release: "paused",
  wait: "paused",
  answer: "driver",
  nothing: "driver",
} as const;

/** Where the time of one guest goes, as its thread tells it. */
export class GuestExits {
  readonly ledger: RunLedger;
  readonly #ports: Pick<DriverPorts, "monitor" | "now" | "post">;
  /** The first time it tells as soon as it has run. */
  #toldAt: Milliseconds = Number.NEGATIVE_INFINITY;
  #hasDecided = false;
  #dirtiedPerSecond: number | undefined;
  #harvestedAt: Milliseconds | undefined;

  constructor(ports: Pick<DriverPorts, "monitor" | "now" | "post">, clock: LedgerClock) {
    this.ledger = new RunLedger(clock);
    this.ledger.spendOn("waiting");
    this.#ports = ports;
  }

  /** @param turn gives what the guest wants after it */
  duringTurn<Wish extends keyof typeof whileAway>(turn: () => Wish): Wish {
    this.ledger.spendOn("driver");
    const wish = turn();
    this.ledger.spendOn(whileAway[wish]);
    return wish;
  }

  /** @param pages that were written since this was called before @param used of the guest's time */
  wasDirtied(pages: number, used: Milliseconds): void {
    const since = this.#harvestedAt;
    this.#harvestedAt = used;
    if (since !== undefined && used > since) {
      this.#dirtiedPerSecond = (pages / (used - since)) * 1000;
    }
  }

  /** A step is decided, at this instant. @param index of the step */
  decided(index: number, machine: Machine): void {
    this.#hasDecided = true;
    this.ledger.decided(index, machine);
  }

  tellNowAndThen(machine: Machine, script: ConsoleScript): void {
    const patience = this.#hasDecided ? shortInterval : interval;
    if (this.#ports.now() - this.#toldAt >= patience) this.tell(machine, script);
  }

  tell(machine: Machine, script: ConsoleScript): void {
    this.#toldAt = this.#ports.now();
    this.#hasDecided = false;
    const account = this.ledger.report(machine, script, this.#gauges(machine));
    this.#ports.post({ type: "exits", account });
  }

  #gauges(machine: Machine): ExitGauges | undefined {
    const { translations, inUse } = this.#ports.monitor;
    if (!translations || !inUse) return undefined;
    const residentPages = Math.ceil(machine.residentBytes() / pageBytes);
    const rate = this.#dirtiedPerSecond;
    return {
      translatedRegions: inUse.regions,
      translatedBytes: translations.bytes,
      evictions: translations.evicted,
      tlbFills: machine.exitCounts()["mmu.fill"] ?? 0,
      residentPages,
      ...(rate !== undefined && { dirtyPagesPerSecond: rate }),
    };
  }
}
