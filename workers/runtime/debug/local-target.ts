import type { Watchpoint } from "../../vmm/mod.ts";
import type { GdbTarget } from "./gdb-target.ts";
import { MonitorConsole } from "./monitor-console.ts";
import type { RunControl } from "./run-control.ts";

/** A run of this process. A gdb may change it: it is nobody's grade. */
export class LocalTarget implements GdbTarget {
  readonly #control: RunControl;
  readonly #console: MonitorConsole;

  constructor(control: RunControl) {
    this.#control = control;
    this.#console = new MonitorConsole(control);
  }

  get #debug() {
    return this.#control.machine.debug;
  }

  get harts() {
    return this.#debug.harts;
  }

  get csrs() {
    return this.#debug.csrs;
  }

  get presentHart() {
    return this.#debug.presentHart;
  }

  hartState(hart: number) {
    return this.#debug.hartState(hart);
  }

  readRegister(hart: number, register: number) {
    return this.#debug.readRegister(hart, register);
  }

  writeRegister(hart: number, register: number, value: bigint) {
    return this.#debug.writeRegister(hart, register, value);
  }

  readMemory(hart: number, address: bigint, bytes: number) {
    return this.#debug.readMemory(hart, address, bytes);
  }

  writeMemory(hart: number, address: bigint, bytes: Uint8Array) {
    return this.#debug.writeMemory(hart, address, bytes);
  }

  get watchpoints() {
    return this.#control.watchpoints;
  }

  setBreakpoints(addresses: ReadonlySet<bigint>) {
    this.#control.setBreakpoints(addresses);
  }

  setWatchpoints(watchpoints: readonly Watchpoint[]) {
    this.#control.setWatchpoints(watchpoints);
  }

  pause() {
    this.#control.pause({ kind: "asked" });
  }

  resume() {
    this.#control.resume();
  }

  resumeAlone(hart: number) {
    this.#control.resumeAlone(hart);
  }

  step(hart: number, lettingOthersRun: boolean) {
    this.#control.step(hart, lettingOthersRun);
  }

  monitor(line: string) {
    return this.#console.execute(line);
  }

  leave() {
    this.#control.setBreakpoints(new Set());
    this.#control.setWatchpoints([]);
    this.#control.resume();
  }

  quit() {
    this.#control.quit();
  }

  listen({ onPause, onEnd }: Parameters<GdbTarget["listen"]>[0]) {
    return this.#control.listen(onPause, onEnd);
  }
}
