/** Host time. */
export type Milliseconds = number;

/** Whose turn it is, and how long it may take. */
export interface Turn<Vcpu> {
  readonly vcpu: Vcpu;
  readonly time: Milliseconds;
}

/**
 * Divides one pCPU thread among the virtual processors that want to run on it. What a `Vcpu` is the
 * scheduler does not know; it is told who wants to run, and decides who does.
 *
 *     scheduler.join(vm);
 *     const turn = scheduler.next(now());           // undefined: nobody wants to run
 *     scheduler.charge(turn.vcpu, whatItTook);      // before the next `next`
 *     scheduler.leave(vm);                          // it has ended, or waits for something
 *
 * No guest can tell one scheduler from another: guests have a time of their own. Nothing here reads a
 * clock. `tests/contracts/scheduler.test.ts` says what holds for each of them.
 */
export interface VcpuScheduler<Vcpu> {
  /** From now on it wants to run. It did not before. */
  join(vcpu: Vcpu): void;
  /** It does not want to run any more; also between `next` and `charge`. */
  leave(vcpu: Vcpu): void;
  next(now: Milliseconds): Turn<Vcpu> | undefined;
  /** What the turn took: more than it should have where it could not be left in time. */
  charge(vcpu: Vcpu, time: Milliseconds): void;
}
