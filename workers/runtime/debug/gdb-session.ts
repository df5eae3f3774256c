/**
 * One gdb that is connected: packets in, packets out. All-stop mode; a thread is a hart, named by its
 * number + 1.
 *
 * The machine stops when gdb connects. While it runs nothing is sent; when it stops, gdb hears why.
 * Detaching takes all breakpoints out and lets it run.
 */
import { debugRegisters, type Watchpoint } from "../../vmm/mod.ts";
import { type GdbCommand, parseCommand, type ResumeAction } from "./gdb-command.ts";
import { hexOf, registerHex, registerOf } from "./hex.ts";
import type { MonitorConsole } from "./monitor-console.ts";
import { largestPacket, PacketReader } from "./packet-reader.ts";
import type { PauseReason, RunControl } from "./run-control.ts";
import { targetDescription } from "./target-description.ts";
import { writePacket } from "./write-packet.ts";

/** The connection as the session sees it. */
export interface GdbConnection {
  send(bytes: Uint8Array): void;
  close(): void;
}

const [signalInterrupt, signalTrap] = ["02", "05"];
const error = "E01";
const badAddress = "E14";
const unavailable = "x".repeat(16);
const coreRegisters = debugRegisters.pc + 1;
const supported = [
  `PacketSize=${largestPacket.toString(16)}`,
  ...["qXfer:features:read+", "QStartNoAckMode+", "vContSupported+", "swbreak+", "hwbreak+"],
].join(";");
const threadStates = { running: "running", waiting: "waits for an interrupt", stopped: "stopped" };

export class GdbSession {
  readonly #connection: GdbConnection;
  readonly #control: RunControl;
  readonly #console: MonitorConsole;
  readonly #reader = new PacketReader();
  readonly #stopListening: () => void;
  #acknowledges = true;
  #lastPacket = writePacket("");
  /** Whether gdb waits for a stop. */
  #isResumed = false;
  /** The harts that `g` and `m`, and that `c` and `s` are about. */
  #hart = 0;
  #resumeHart: number | undefined;
  /** Software and hardware breakpoints may stand at one address: each kind is kept for itself. */
  readonly #breakpoints = new Set<bigint>();
  #description: string | undefined;
  #isOver = false;

  constructor(connection: GdbConnection, control: RunControl, console: MonitorConsole) {
    this.#connection = connection;
    this.#control = control;
    this.#console = console;
    this.#stopListening = control.listen(
      (why) => this.#onPause(why),
      (status) => this.#onEnd(status),
    );
    control.pause({ kind: "asked" });
  }

  receive(bytes: Uint8Array): void {
    for (const input of this.#reader.read(bytes)) {
      if (this.#isOver) return;
      switch (input.kind) {
        case "packet": {
          if (this.#acknowledges) this.#connection.send(Buffer.from("+"));
          const answer = this.#answer(parseCommand(input.payload));
          if (answer !== undefined) this.#send(answer);
          break;
        }
        case "damaged":
          if (this.#acknowledges) this.#connection.send(Buffer.from("-"));
          break;
        case "resend":
          this.#connection.send(this.#lastPacket);
          break;
        case "interrupt":
          if (this.#isResumed) this.#control.pause({ kind: "asked" });
          break;
        case "acknowledged":
          break;
      }
    }
  }

  /** The connection is gone: the machine goes on as if there never had been a debugger. */
  leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopListening();
    this.#breakpoints.clear();
    this.#control.setBreakpoints(new Set());
    this.#control.setWatchpoints([]);
    this.#control.resume();
  }

  #send(payload: string): void {
    this.#lastPacket = writePacket(payload);
    this.#connection.send(this.#lastPacket);
  }

  #onPause(why: PauseReason): void {
    if (!this.#isResumed) return;
    this.#isResumed = false;
    this.#send(this.#stopReply(why));
  }

  #onEnd(status: number): void {
    this.#send(`W${(status & 0xff).toString(16).padStart(2, "0")}`);
    this.#isOver = true;
    this.#connection.close();
  }

  #stopReply(why: PauseReason): string {
    const debug = this.#control.machine.debug;
    const hart = why.kind === "asked" ? debug.presentHart : why.hart;
    this.#hart = hart;
    const thread = `thread:${threadName(hart)};`;
    if (why.kind === "asked") return `T${signalInterrupt}${thread}`;
    if (why.kind === "stepped") return `T${signalTrap}${thread}`;
    if (why.watchpoint === undefined) return `T${signalTrap}${thread}swbreak:;`;
    const word = { store: "watch", load: "rwatch", access: "awatch" }[why.watchpoint.kind];
    return `T${signalTrap}${thread}${word}:${why.watchpoint.address.toString(16)};`;
  }

  /** @returns undefined where the answer comes later */
  #answer(command: GdbCommand): string | undefined {
    const debug = this.#control.machine.debug;
    switch (command.kind) {
      case "supported":
        return supported;
      case "no-acknowledgements":
        this.#acknowledges = false;
        return "OK";
      case "why-stopped":
        return `T${signalTrap}thread:${threadName(this.#hart)};`;
      case "attached":
        return "1";
      case "resume-actions":
        return "vCont;c;C;s;S";
      case "resume":
        return this.#resume(command.actions, command.at);
      case "stop":
        this.#control.pause({ kind: "asked" });
        return "OK";
      case "choose-thread":
        return this.#choose(command.use, command.thread);
      case "thread-alive":
        return command.thread >= 1 && command.thread <= debug.harts ? "OK" : error;
      case "current-thread":
        return `QC${threadName(this.#hart)}`;
      case "threads-first":
        return `m${Array.from({ length: debug.harts }, (_, hart) => threadName(hart)).join(",")}`;
      case "threads-more":
        return "l";
      case "thread-words":
        return this.#threadWords(command.thread - 1);
      case "read-registers":
        return Array.from({ length: coreRegisters }, (_, register) =>
          this.#readRegister(register),
        ).join("");
      case "write-registers":
        return this.#writeRegisters(command.bytes);
      case "read-register":
        return this.#readRegister(command.register);
      case "write-register":
        return debug.writeRegister(this.#hart, command.register, command.value) ? "OK" : error;
      case "read-memory": {
        const length = Math.min(command.bytes, largestPacket / 2);
        const bytes = debug.readMemory(this.#hart, command.address, length);
        return bytes.length === 0 && length > 0 ? badAddress : hexOf(bytes);
      }
      case "write-memory":
        return debug.writeMemory(this.#hart, command.address, command.bytes) ? "OK" : badAddress;
      case "set-point":
      case "clear-point":
        return this.#setPoint(command);
      case "read-object":
        return this.#readObject(command);
      case "monitor":
        return this.#monitor(command.line);
      case "detach":
        this.#send("OK");
        this.leave();
        this.#connection.close();
        return undefined;
      case "kill":
        if (command.wantsAnswer) this.#send("OK");
        this.#control.quit();
        return undefined;
      case "malformed":
        return error;
      case "unknown":
        return "";
    }
  }

  #choose(use: string, thread: number): string {
    const { harts } = this.#control.machine.debug;
    if (thread > harts) return error;
    // 0 and -1 are any thread and all of them.
    const hart = thread >= 1 ? thread - 1 : undefined;
    if (use === "g") this.#hart = hart ?? this.#hart;
    else if (use === "c") this.#resumeHart = hart;
    else return error;
    return "OK";
  }

  #resume(actions: readonly ResumeAction[], at: bigint | undefined): string | undefined {
    const { debug } = this.#control.machine;
    if (actions.some(({ thread }) => thread !== undefined && thread > debug.harts)) return error;
    const step = actions.find(({ kind }) => kind === "step");
    const hart = step?.thread ? step.thread - 1 : (this.#resumeHart ?? this.#hart);
    if (at !== undefined) debug.writeRegister(hart, debugRegisters.pc, at);
    this.#isResumed = true;
    if (step === undefined) {
      const [alone, ...others] = actions;
      if (alone?.thread && others.length === 0) this.#control.resumeAlone(alone.thread - 1);
      else this.#control.resume();
      return undefined;
    }
    const lettingOthersRun = actions.some(({ kind }) => kind === "continue");
    this.#control.step(hart, lettingOthersRun);
    return undefined;
  }

  #threadWords(hart: number): string {
    const { debug } = this.#control.machine;
    if (hart < 0 || hart >= debug.harts) return error;
    return hexOf(Buffer.from(`hart ${hart}: ${threadStates[debug.hartState(hart)]}`));
  }

  #readRegister(register: number): string {
    const value = this.#control.machine.debug.readRegister(this.#hart, register);
    return value === undefined ? unavailable : registerHex(value);
  }

  #writeRegisters(bytes: Uint8Array): string {
    const { debug } = this.#control.machine;
    const count = Math.min(coreRegisters, Math.floor(bytes.length / 8));
    for (let register = 0; register < count; register++) {
      const value = registerOf(hexOf(bytes.subarray(register * 8, register * 8 + 8)));
      if (value !== undefined) debug.writeRegister(this.#hart, register, value);
    }
    return "OK";
  }

  #setPoint(command: Extract<GdbCommand, { kind: "set-point" | "clear-point" }>): string {
    const { kind, point, address, bytes } = command;
    if (point === "breakpoint") {
      if (kind === "set-point") this.#breakpoints.add(address);
      else this.#breakpoints.delete(address);
      this.#control.setBreakpoints(new Set(this.#breakpoints));
      return "OK";
    }
    const isOther = (other: Watchpoint) =>
      other.kind !== point || other.address !== address || other.bytes !== bytes;
    const others = this.#control.watchpoints.filter(isOther);
    const added = kind === "set-point" ? [{ kind: point, address, bytes }] : [];
    this.#control.setWatchpoints([...others, ...added]);
    return "OK";
  }

  #readObject({
    object,
    annex,
    offset,
    length,
  }: Extract<GdbCommand, { kind: "read-object" }>): string {
    if (object !== "features" || annex !== "target.xml") return object === "features" ? "E00" : "";
    this.#description ??= targetDescription(this.#control.machine.debug);
    const piece = this.#description.slice(offset, offset + Math.min(length, largestPacket / 2));
    return `${offset + piece.length < this.#description.length ? "m" : "l"}${piece}`;
  }

  #monitor(line: string): string {
    const text = this.#console.execute(line);
    const most = largestPacket / 4;
    for (let from = 0; from < text.length; from += most) {
      this.#send(`O${hexOf(Buffer.from(text.slice(from, from + most)))}`);
    }
    return "OK";
  }
}

function threadName(hart: number): string {
  return (hart + 1).toString(16);
}
