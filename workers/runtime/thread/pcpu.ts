import {
  decodeMachine,
  type Milliseconds,
  type Monitor,
  type VcpuScheduler,
} from "../../vmm/mod.ts";
import type { DebugCommand } from "./debug-protocol.ts";
import type { DriverPorts } from "./driver-ports.ts";
import { type AfterTurn, GuestDriver } from "./guest-driver.ts";
import type { MoveCommand } from "./move-protocol.ts";
import type { LedgerClock } from "./run-ledger.ts";
import { TemplateShelf } from "./template-shelf.ts";
import type {
  BootImages,
  LoanNumber,
  OfferedTemplate,
  PagesOf,
  RunNumber,
  SavedRun,
  TemplateKey,
  ThreadMessage,
  ThreadStart,
} from "./thread-protocol.ts";
import type { ThreadStatus } from "./thread-status.ts";

/** A guest on this thread. */
export interface PcpuGuest {
  readonly run: RunNumber;
  readonly driver: Pick<
    GuestDriver,
    | "advance"
    | "release"
    | "isHeld"
    | "giveImages"
    | "takePages"
    | "losePages"
    | "hear"
    | "hearDebugger"
  >;
}

export interface PcpuPorts {
  readonly monitor: Pick<
    Monitor,
    | "createMachine"
    | "restoreMachine"
    | "shareImage"
    | "stageMachine"
    | "useKeptCode"
    | "beginKeeping"
    | "keepCode"
  > &
    Pick<DriverPorts["monitor"], "translations" | "inUse">;
  readonly scheduler: VcpuScheduler<PcpuGuest>;
  readonly status: ThreadStatus;
  readonly openDisk: DriverPorts["openDisk"];
  post(message: ThreadMessage): void;
  now(): Milliseconds;
  readonly clock?: LedgerClock;
  /** Calls back when messages that have arrived were read. */
  soon(callback: () => void): void;
  /** Calls back in so many milliseconds. */
  later(after: Milliseconds, callback: () => void): void;
  /** Ends this thread. */
  close(): void;
}

/**
 * The guests of one pCPU thread: they have their turns as the scheduler says, and between two turns
 * the thread reads its messages. Without a guest it sleeps until there is one.
 */
type GuestState = "runs" | "waits" | "is over";

export class Pcpu {
  readonly #ports: PcpuPorts;
  readonly #shelf = new TemplateShelf(
    () => this.#wakeWaiting(),
    (forgotten) => this.#ports.post({ forgotten }),
  );
  /** Those that run, that wait for something, or that are over and still hold frames. */
  readonly #guests = new Map<RunNumber, { readonly guest: PcpuGuest; state: GuestState }>();
  /** Whether a turn is on its way. */
  #isAwake = false;

  constructor(ports: PcpuPorts) {
    this.#ports = ports;
  }

  start(run: RunNumber, start: ThreadStart): void {
    const { monitor, openDisk, now, post, scheduler, clock } = this.#ports;
    const ports: DriverPorts = {
      ...{ run, shelf: this.#shelf, monitor, openDisk, now },
      post: (message) => post({ run, message }),
      wake: (after) => {
        if (after === 0) this.#goOn(run);
        else this.#ports.later(after, () => this.#goOn(run));
      },
      ...(clock && { clock }),
    };
    const guest: PcpuGuest = { run, driver: new GuestDriver(start, ports) };
    this.#guests.set(run, { guest, state: "runs" });
    scheduler.join(guest);
    this.#wake();
  }

  /** A run's checkpoint was read: the guest may be waiting for that. */
  release(run: RunNumber, isKept: boolean): void {
    const known = this.#guests.get(run);
    if (!known) return;
    known.guest.driver.release(isKept);
    if (known.state === "is over") this.#guests.delete(run);
    this.#goOn(run);
  }

  giveImages(run: RunNumber, images: BootImages): void {
    this.#guests.get(run)?.guest.driver.giveImages(images);
    this.#goOn(run);
  }

  /** @param offered what another thread lends, in place of what was saved */
  answerTemplate(
    key: TemplateKey,
    saved: SavedRun | undefined,
    offered?: OfferedTemplate & { readonly loan: LoanNumber },
  ): void {
    if (!offered) {
      this.#shelf.answer(key, saved);
      return;
    }
    const { loan, sections, ...frames } = offered;
    const { readZeros, sweepAt } = decodeMachine(sections).ram;
    // At once: until it is said that they are taken the other thread cannot end.
    const image = this.#ports.monitor.shareImage({ ...frames, readZeros, sweepAt });
    this.#ports.post({ taken: loan });
    this.#shelf.answerBorrowed(key, { sections, image, loan });
  }

  /** To another thread. */
  lendTemplate(key: TemplateKey, loan: LoanNumber, isPatient: boolean): void {
    this.#shelf.lendFrames(key, loan, isPatient, (template, hasWaited) => {
      this.#ports.post({ lent: loan, template, hasWaited });
    });
  }

  loanOver(loan: LoanNumber): void {
    this.#shelf.loanOver(loan);
  }

  /** Pages that something on this thread has begun without. */
  supply(of: PagesOf, pages: Uint32Array, content: Uint8Array): void {
    if ("key" in of) this.#shelf.supply(of.key, pages, content);
    else this.#tellOfPages(of.run, (driver) => driver.takePages(pages, content));
  }

  /** The rest of them does not come. */
  lose(of: PagesOf): void {
    if ("key" in of) this.#shelf.lose(of.key);
    else this.#tellOfPages(of.run, (driver) => driver.losePages());
  }

  /** The guest may be waiting for the last of them. */
  #tellOfPages(run: RunNumber, tell: (driver: PcpuGuest["driver"]) => void): void {
    const known = this.#guests.get(run);
    if (!known || known.state === "is over") return;
    tell(known.guest.driver);
    this.#goOn(run);
  }

  templateWasRead(key: TemplateKey): void {
    this.#shelf.wasRead(key);
  }

  forgetTemplate(key: TemplateKey): void {
    this.#shelf.forget(key);
  }

  /** Of a run that moves: there may be something for it to do. */
  move(run: RunNumber, command: MoveCommand): void {
    const known = this.#guests.get(run);
    if (!known || known.state === "is over") return;
    known.guest.driver.hear(command);
    this.#goOn(run);
  }

  /** Of a run's debugger: the guest may stand still and wait for it. */
  debug(run: RunNumber, command: DebugCommand): void {
    const known = this.#guests.get(run);
    if (!known || known.state === "is over") return;
    known.guest.driver.hearDebugger(command);
    this.#goOn(run);
  }

  /** A guest that waits may look again whether it can go on. */
  #goOn(run: RunNumber): void {
    const known = this.#guests.get(run);
    if (known?.state !== "waits") return;
    known.state = "runs";
    this.#ports.scheduler.join(known.guest);
    this.#wake();
  }

  #wakeWaiting(): void {
    for (const run of this.#guests.keys()) this.#goOn(run);
  }

  close(): void {
    this.#ports.status.end();
    this.#ports.close();
  }

  #wake(): void {
    if (this.#isAwake) return;
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
    const wish = vcpu.driver.advance(time);
    if (wish !== "more") this.#leave(vcpu, wish);
    status.endTurn();
    scheduler.charge(vcpu, now() - began);
    this.#wake();
  }

  #leave(guest: PcpuGuest, wish: Exclude<AfterTurn, "more">): void {
    this.#ports.scheduler.leave(guest);
    const isOver = wish === "nothing";
    if (isOver) this.#shelf.leave(guest.run);
    if (isOver && !guest.driver.isHeld) this.#guests.delete(guest.run);
    else this.#guests.set(guest.run, { guest, state: isOver ? "is over" : "waits" });
  }
}
