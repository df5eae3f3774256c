import type { Milliseconds, Monitor, VcpuScheduler } from "../../vmm/mod.ts";
import { type DriverPorts, GuestDriver } from "./guest-driver.ts";
import type { RunNumber, ThreadMessage, ThreadStart } from "./thread-protocol.ts";
import type { ThreadStatus } from "./thread-status.ts";

/** A guest on this thread. */
export interface PcpuGuest {
  readonly run: RunNumber;
  readonly driver: Pick<GuestDriver, "advance">;
}

export interface PcpuPorts {
  readonly monitor: Pick<Monitor, "createMachine">;
  readonly scheduler: VcpuScheduler<PcpuGuest>;
  readonly status: ThreadStatus;
  readonly openDisk: DriverPorts["openDisk"];
  post(message: ThreadMessage): void;
  now(): Milliseconds;
  /** Calls back when messages that have arrived were read. */
  soon(callback: () => void): void;
  /** Ends this thread. */
  close(): void;
}

/**
 * The guests of one pCPU thread: they have their turns as the scheduler says, and between two turns
 * the thread reads its messages. Without a guest it sleeps until there is one.
 */
export class Pcpu {
  readonly #ports: PcpuPorts;
  /** Whether a turn is on its way. */
  #isAwake = false;

  constructor(ports: PcpuPorts) {
    this.#ports = ports;
  }

  start(run: RunNumber, start: ThreadStart): void {
    const { monitor, openDisk, now, post, scheduler } = this.#ports;
    const ports: DriverPorts = {
      ...{ monitor, openDisk, now },
      post: (message) => post({ run, message }),
    };
    scheduler.join({ run, driver: new GuestDriver(start, ports) });
    if (!this.#isAwake) this.#wake();
  }

  close(): void {
    this.#ports.status.end();
    this.#ports.close();
  }

  #wake(): void {
    this.#isAwake = true;
    this.#ports.soon(() => this.#turn());
  }

  #turn(): void {
    const { now, scheduler, status } = this.#ports;
    this.#isAwake = false;
    if (status.isAskedToEnd) {
      this.close();
      return;
    }
    const began = now();
    const turn = scheduler.next(began);
    if (!turn) return;
    const { vcpu, time } = turn;
    status.beginTurn(vcpu.run);
    if (!vcpu.driver.advance(time)) scheduler.leave(vcpu);
    status.endTurn();
    scheduler.charge(vcpu, now() - began);
    this.#wake();
  }
}
