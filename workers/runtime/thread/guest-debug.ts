import type {
  DebugAnswer,
  DebugReason,
  DebugStatus,
} from "../../../shared/protocol/debug-report.ts";
import type {
  DebugAsk,
  DebugPoints,
  DebugRequest,
} from "../../../shared/protocol/debug-request.ts";
import {
  debugRegisters,
  type Instructions,
  type Machine,
  type Milliseconds,
  type StopReason,
} from "../../vmm/mod.ts";
import { hexOf, registerHex } from "../debug/hex.ts";
import { LookingConsole } from "../debug/looking-console.ts";
import type { DebugCommand, DebugMessage, DebugStart } from "./debug-protocol.ts";
import type { DebugPhase, DebugState } from "./debug-state.ts";

const noPoints: DebugPoints = { breakpoints: [], watchpoints: [] };
const coreRegisters = debugRegisters.pc + 1;
/** Instructions of other harts in one turn, while one hart is waited for. */
const mostInTurn = 2000;
/** Of the monitor's answer to one line. */
const mostText = 100_000;

/**
 * The debugger of one guest, on its thread: it stops the guest, steps it, looks into it, and never changes
 * it. The guest does what it would have done without, at the same instructions, with the same exits.
 *
 * Most guests have none, and pay one comparison a slice.
 */
export class GuestDebug {
  readonly #post: (message: DebugMessage) => void;
  #state: DebugState | undefined;
  #console: LookingConsole | undefined;

  /** @param start of a guest that a debugger waits for */
  constructor(post: (message: DebugMessage) => void, start: DebugStart | undefined) {
    this.#post = post;
    if (start) this.#state = beginning(start);
  }

  get isAttached(): boolean {
    return this.#state !== undefined;
  }

  /** What the guest has had of its threads while it was debugged. */
  get used(): Milliseconds {
    return this.#state?.used ?? 0;
  }

  charge(time: Milliseconds): void {
    if (this.#state) this.#set({ used: this.#state.used + time });
  }

  save(): DebugState | undefined {
    return this.#state;
  }

  /** The guest is on this thread now, with the debugger that it had where it comes from. */
  takeUp(machine: Machine, state: DebugState | undefined): void {
    // Where a debugger waits for the guest here, it is stopped, whatever it did when it was saved.
    this.#state ??= state;
    if (this.#state) this.#arm(machine, this.#state.points);
  }

  /** The machine is made, for a guest that begins. */
  begin(machine: Machine): void {
    if (this.#state) this.#arm(machine, this.#state.points);
  }

  /** Does something while there are no marks in the guest's decoded code, which others may share then. */
  without(machine: Machine, act: () => void): void {
    if (this.#state) this.#arm(machine, noPoints);
    act();
    if (this.#state) this.#arm(machine, this.#state.points);
  }

  hear(command: DebugCommand, machine: Machine | undefined): void {
    if (command === "leave") this.leave(machine, undefined);
    else if (command === "look") this.#say(machine);
    else this.#answer(command, machine);
  }

  /** @param why undefined where nobody has to hear of it */
  leave(machine: Machine | undefined, why: string | undefined): void {
    const state = this.#state;
    if (!state) return;
    this.#state = undefined;
    this.#console = undefined;
    if (machine) this.#arm(machine, noPoints);
    if (why !== undefined) this.#post({ session: state.session, over: why });
  }

  /** Whether the guest may not run now. */
  holds(machine: Machine): boolean {
    const phase = this.#state?.phase;
    if (phase?.kind === "stopping") this.#stop(machine, phase.why, machine.debug.presentHart);
    return this.#state?.phase.kind === "stopped";
  }

  /** As `machine.run`, as far as the debugger lets it. */
  run(machine: Machine, instructions: Instructions): StopReason {
    const state = this.#state;
    if (!state) return machine.run(instructions);
    if (state.phase.kind === "stepping") return this.#step(machine, state.phase.hart, instructions);
    let left = instructions;
    if (state.passing !== undefined) {
      const reason = machine.debug.advance([state.passing]);
      if (reason.kind !== "absent") this.#pass(undefined);
      if (reason.kind !== "budget") return this.#ended(machine, reason);
      left -= 1;
    }
    return left <= 0 ? { kind: "budget" } : this.#ended(machine, machine.run(left));
  }

  #step(machine: Machine, hart: number, instructions: Instructions): StopReason {
    const { debug } = machine;
    const most = Math.min(mostInTurn, instructions);
    for (let done = 0; done < most; done++) {
      const before = machine.steps;
      const reason = debug.advance([hart]);
      if (reason.kind !== "budget") return this.#ended(machine, reason);
      const isDone = debug.presentHart === hart && machine.steps > before;
      if (isDone || debug.hartState(hart) === "stopped") {
        this.#stop(machine, { kind: "stepped" }, hart);
        break;
      }
    }
    return { kind: "budget" };
  }

  /** A stop of the debugger is none of the run. */
  #ended(machine: Machine, reason: StopReason): StopReason {
    if (reason.kind !== "debug") return reason;
    const { hart, watchpoint } = reason;
    const why: DebugReason = watchpoint
      ? { kind: "watchpoint", access: watchpoint.kind, address: watchpoint.address.toString(16) }
      : { kind: "breakpoint" };
    this.#stop(machine, why, hart);
    return { kind: "budget" };
  }

  #stop(machine: Machine, why: DebugReason, hart: number): void {
    if (!this.#state) return;
    this.#set({ phase: { kind: "stopped", why, hart }, stops: this.#state.stops + 1 });
    this.#say(machine);
  }

  #pass(hart: number | undefined): void {
    if (!this.#state) return;
    const { passing: _, ...state } = this.#state;
    this.#state = hart === undefined ? state : { ...state, passing: hart };
  }

  #set(change: Partial<DebugState>): void {
    if (this.#state) this.#state = { ...this.#state, ...change };
  }

  #arm(machine: Machine, { breakpoints, watchpoints }: DebugPoints): void {
    machine.debug.setBreakpoints(breakpoints.map(addressOf));
    machine.debug.setWatchpoints(
      watchpoints.map(({ kind, address, bytes }) => ({ kind, address: addressOf(address), bytes })),
    );
  }

  #answer(request: DebugRequest, machine: Machine | undefined): void {
    const { session, n, ask } = request;
    if (ask.do === "attach") this.#attach(request, machine);
    if (this.#state?.session !== session) return;
    let answer: DebugAnswer;
    try {
      answer = this.#act(ask, machine);
    } catch (error) {
      // A page that is still elsewhere and cannot be had.
      answer = { problem: error instanceof Error ? error.message : String(error) };
    }
    const status = this.#status(machine);
    this.#post({ session, n, answer, ...(status && { status }) });
    if (ask.do === "detach") this.leave(machine, undefined);
  }

  #attach({ session, n }: DebugRequest, machine: Machine | undefined): void {
    if (this.#state?.session === session) return;
    this.leave(machine, "another debugger has taken its place");
    // Below all epochs, and another one each time: no stop has the name of an earlier one.
    const start = beginning({ session, points: noPoints, epoch: -1 - n });
    this.#state = { ...start, phase: { kind: "stopping", why: { kind: "asked" } } };
  }

  #act(ask: DebugAsk, machine: Machine | undefined): DebugAnswer {
    switch (ask.do) {
      case "attach":
        this.#take(ask.points, machine);
        return machine
          ? { csrs: machine.debug.csrs.map(({ name, number }) => [name, number]) }
          : {};
      case "stop":
        if (this.#state?.phase.kind !== "stopped")
          this.#go({ kind: "stopping", why: { kind: "asked" } });
        return {};
      case "go":
        this.#goOn(ask, { kind: "running" }, machine);
        return {};
      case "step":
        this.#goOn(ask, { kind: "stepping", hart: ask.hart }, machine);
        return {};
      case "look":
      case "detach":
        return {};
      default:
        return machine ? this.#look(ask, machine) : { problem: "the guest has not begun" };
    }
  }

  #look(
    ask: Extract<DebugAsk, { do: "register" | "memory" | "monitor" }>,
    machine: Machine,
  ): DebugAnswer {
    if (this.#state?.phase.kind !== "stopped") return { problem: "the guest runs" };
    const { debug } = machine;
    if (ask.do === "monitor") {
      this.#console ??= new LookingConsole(() => debug);
      const text = this.#console.execute(ask.line);
      return { text: text.length > mostText ? `${text.slice(0, mostText)}\n…\n` : text };
    }
    if (ask.hart >= debug.harts) return { problem: "there is no such hart" };
    if (ask.do === "memory") {
      return { hex: hexOf(debug.readMemory(ask.hart, addressOf(ask.address), ask.bytes)) };
    }
    const value = debug.readRegister(ask.hart, ask.register);
    return value === undefined ? {} : { hex: registerHex(value) };
  }

  /** What names another stop has been done before. */
  #goOn(
    { stop, points }: { readonly stop: string; readonly points?: DebugPoints | undefined },
    phase: DebugPhase,
    machine: Machine | undefined,
  ): void {
    const state = this.#state;
    if (state?.phase.kind !== "stopped" || nameOf(state) !== stop) return;
    if (points) this.#take(points, machine);
    if (phase.kind === "running") this.#pass(state.phase.hart);
    this.#go(phase);
  }

  #take(points: DebugPoints, machine: Machine | undefined): void {
    this.#set({ points });
    if (machine) this.#arm(machine, points);
  }

  #go(phase: DebugPhase): void {
    this.#set({ phase });
  }

  #say(machine: Machine | undefined): void {
    const status = this.#status(machine);
    const { session } = this.#state ?? {};
    if (session !== undefined) this.#post({ session, ...(status && { status }) });
  }

  #status(machine: Machine | undefined): DebugStatus | undefined {
    const state = this.#state;
    if (!machine || !state) return undefined;
    const { debug } = machine;
    const harts = Array.from({ length: debug.harts }, (_, hart) => hart);
    const { phase } = state;
    return {
      at: machine.retired,
      harts: harts.map((hart) => debug.hartState(hart)),
      ...(phase.kind === "stopped" && {
        stop: {
          ...{ id: nameOf(state), why: phase.why, hart: phase.hart },
          registers: harts.map((hart) => coreOf(machine, hart)),
        },
      }),
    };
  }
}

function beginning({ session, points, epoch }: DebugStart): DebugState {
  const phase = { kind: "stopping", why: { kind: "held" } } as const;
  return { session, points, epoch, stops: 0, used: 0, phase };
}

function nameOf({ epoch, stops }: DebugState): string {
  return `${epoch}.${stops}`;
}

function coreOf(machine: Machine, hart: number): string {
  return Array.from({ length: coreRegisters }, (_, register) =>
    registerHex(machine.debug.readRegister(hart, register) ?? 0n),
  ).join("");
}

function addressOf(hex: string): bigint {
  return BigInt(`0x${hex}`);
}
