/**
 * One gdb that is connected: packets in, packets out. All-stop mode; a thread is a hart, named by its
 * number + 1. Whether the run is in this process or a service's is the target's business.
 *
 * The machine stops when gdb connects. While it runs nothing is sent; when it stops, gdb hears why.
 * Detaching takes all breakpoints out and lets it run.
 */
import { debugRegisters, type Watchpoint } from "../../vmm/mod.ts";
import { type GdbCommand, parseCommand, type ResumeAction } from "./gdb-command.ts";
import type { Awaitable, GdbTarget, Refusal } from "./gdb-target.ts";
import { hexOf, registerHex, registerOf } from "./hex.ts";
import { type GdbInput, largestPacket, PacketReader } from "./packet-reader.ts";
import type { PauseReason } from "./run-control.ts";
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
/** Packets that are kept while one is answered; gdb sends one at a time, and now and then a Ctrl-C. */
const mostWaiting = 100;
const coreRegisters = debugRegisters.pc + 1;
const supported = [
  `PacketSize=${largestPacket.toString(16)}`,
  ...["qXfer:features:read+", "QStartNoAckMode+", "vContSupported+", "swbreak+", "hwbreak+"],
].join(";");
const threadStates = { running: "running", waiting: "waits for an interrupt", stopped: "stopped" };

export class GdbSession {
  readonly #connection: GdbConnection;
  readonly #target: GdbTarget;
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
  /** Inputs behind one whose answer is on its way. */
  #waiting: GdbInput[] | undefined;

  constructor(connection: GdbConnection, target: GdbTarget) {
    this.#connection = connection;
    this.#target = target;
    this.#stopListening = target.listen({
      onPause: (why) => this.#onPause(why),
      onEnd: (status) => this.#onEnd(status),
      onWords: (text) => this.#isResumed && this.#show(text),
    });
    target.pause();
  }

  receive(bytes: Uint8Array): void {
    for (const input of this.#reader.read(bytes)) this.#takeInTurn(input);
  }

  #takeInTurn(input: GdbInput): void {
    if (!this.#waiting) this.#take(input);
    else if (this.#waiting.length < mostWaiting) this.#waiting.push(input);
  }

  #take(input: GdbInput): void {
    if (this.#isOver) return;
    switch (input.kind) {
      case "packet": {
        if (this.#acknowledges) this.#connection.send(Buffer.from("+"));
        const answer = this.#answer(parseCommand(input.payload));
        if (answer instanceof Promise) this.#await(answer);
        else if (answer !== undefined) this.#send(answer);
        break;
      }
      case "damaged":
        if (this.#acknowledges) this.#connection.send(Buffer.from("-"));
        break;
      case "resend":
        this.#connection.send(this.#lastPacket);
        break;
      case "interrupt":
        if (this.#isResumed) this.#target.pause();
        break;
      case "acknowledged":
        break;
    }
  }

  /** Nothing is taken before it is answered: gdb asks one thing at a time. */
  #await(answer: Promise<string | undefined>): void {
    const waiting: GdbInput[] = [];
    this.#waiting = waiting;
    const goOn = (text: string | undefined) => {
      this.#waiting = undefined;
      if (this.#isOver) return;
      if (text !== undefined) this.#send(text);
      for (const input of waiting) this.#takeInTurn(input);
    };
    answer.then(goOn, () => goOn(error));
  }

  /** The connection is gone: the machine goes on as if there never had been a debugger. */
  leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopListening();
    this.#breakpoints.clear();
    this.#target.leave();
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

  #onEnd(status: number | undefined): void {
    if (status !== undefined) this.#send(`W${(status & 0xff).toString(16).padStart(2, "0")}`);
    this.#isOver = true;
    this.#connection.close();
  }

  #stopReply(why: PauseReason): string {
    const hart = why.kind === "asked" ? this.#target.presentHart : why.hart;
    this.#hart = hart;
    const thread = `thread:${threadName(hart)};`;
    if (why.kind === "asked") return `T${signalInterrupt}${thread}`;
    if (why.kind === "stepped") return `T${signalTrap}${thread}`;
    if (why.watchpoint === undefined) return `T${signalTrap}${thread}swbreak:;`;
    const word = { store: "watch", load: "rwatch", access: "awatch" }[why.watchpoint.kind];
    return `T${signalTrap}${thread}${word}:${why.watchpoint.address.toString(16)};`;
  }

  /** @returns undefined where there is none, or gdb hears when the guest stops */
  #answer(command: GdbCommand): Awaitable<string | undefined> {
    const target = this.#target;
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
        target.pause();
        return "OK";
      case "choose-thread":
        return this.#choose(command.use, command.thread);
      case "thread-alive":
        return command.thread >= 1 && command.thread <= target.harts ? "OK" : error;
      case "current-thread":
        return `QC${threadName(this.#hart)}`;
      case "threads-first":
        return `m${Array.from({ length: target.harts }, (_, hart) => threadName(hart)).join(",")}`;
      case "threads-more":
        return "l";
      case "thread-words":
        return this.#threadWords(command.thread - 1);
      case "read-registers":
        return this.#readRegisters();
      case "write-registers":
        return this.#writeRegisters(command.bytes);
      case "read-register":
        return this.#readRegister(command.register);
      case "write-register":
        return answerTo(target.writeRegister(this.#hart, command.register, command.value), error);
      case "read-memory": {
        const length = Math.min(command.bytes, largestPacket / 2);
        return whenHere(target.readMemory(this.#hart, command.address, length), (bytes) =>
          bytes.length === 0 && length > 0 ? badAddress : hexOf(bytes),
        );
      }
      case "write-memory":
        return answerTo(target.writeMemory(this.#hart, command.address, command.bytes), badAddress);
      case "set-point":
      case "clear-point":
        return this.#setPoint(command);
      case "read-object":
        return this.#readObject(command);
      case "monitor":
        return whenHere(target.monitor(command.line), (text) => {
          this.#show(text);
          return "OK";
        });
      case "detach":
        this.#send("OK");
        this.leave();
        this.#connection.close();
        return undefined;
      case "kill":
        if (command.wantsAnswer) this.#send("OK");
        target.quit();
        return undefined;
      case "malformed":
        return error;
      case "unknown":
        return "";
    }
  }

  #choose(use: string, thread: number): string {
    if (thread > this.#target.harts) return error;
    // 0 and -1 are any thread and all of them.
    const hart = thread >= 1 ? thread - 1 : undefined;
    if (use === "g") this.#hart = hart ?? this.#hart;
    else if (use === "c") this.#resumeHart = hart;
    else return error;
    return "OK";
  }

  #resume(actions: readonly ResumeAction[], at: bigint | undefined): string | undefined {
    const target = this.#target;
    if (actions.some(({ thread }) => thread !== undefined && thread > target.harts)) return error;
    const step = actions.find(({ kind }) => kind === "step");
    const hart = step?.thread ? step.thread - 1 : (this.#resumeHart ?? this.#hart);
    if (at !== undefined) {
      const outcome = target.writeRegister(hart, debugRegisters.pc, at);
      if (outcome !== true) return answerTo(outcome, error);
    }
    this.#isResumed = true;
    if (step === undefined) {
      const [alone, ...others] = actions;
      if (alone?.thread && others.length === 0) target.resumeAlone(alone.thread - 1);
      else target.resume();
      return undefined;
    }
    const lettingOthersRun = actions.some(({ kind }) => kind === "continue");
    target.step(hart, lettingOthersRun);
    return undefined;
  }

  #threadWords(hart: number): string {
    const target = this.#target;
    if (hart < 0 || hart >= target.harts) return error;
    return hexOf(Buffer.from(`hart ${hart}: ${threadStates[target.hartState(hart)]}`));
  }

  #readRegister(register: number): Awaitable<string> {
    return whenHere(this.#target.readRegister(this.#hart, register), (value) =>
      value === undefined ? unavailable : registerHex(value),
    );
  }

  #readRegisters(): Awaitable<string> {
    const values = Array.from({ length: coreRegisters }, (_, register) =>
      this.#readRegister(register),
    );
    const isHere = values.every((value) => typeof value === "string");
    return isHere ? values.join("") : Promise.all(values).then((texts) => texts.join(""));
  }

  #writeRegisters(bytes: Uint8Array): string {
    const count = Math.min(coreRegisters, Math.floor(bytes.length / 8));
    for (let register = 0; register < count; register++) {
      const value = registerOf(hexOf(bytes.subarray(register * 8, register * 8 + 8)));
      if (value === undefined) continue;
      const outcome = this.#target.writeRegister(this.#hart, register, value);
      if (typeof outcome !== "boolean") return answerTo(outcome, error);
    }
    return "OK";
  }

  #setPoint(
    command: Extract<GdbCommand, { kind: "set-point" | "clear-point" }>,
  ): Awaitable<string> {
    const { kind, point, address, bytes } = command;
    if (point === "breakpoint") {
      if (kind === "set-point") this.#breakpoints.add(address);
      else this.#breakpoints.delete(address);
      return whenHere(this.#target.setBreakpoints(new Set(this.#breakpoints)), () => "OK");
    }
    const isOther = (other: Watchpoint) =>
      other.kind !== point || other.address !== address || other.bytes !== bytes;
    const others = this.#target.watchpoints.filter(isOther);
    const added = kind === "set-point" ? [{ kind: point, address, bytes }] : [];
    return whenHere(this.#target.setWatchpoints([...others, ...added]), () => "OK");
  }

  #readObject({
    object,
    annex,
    offset,
    length,
  }: Extract<GdbCommand, { kind: "read-object" }>): string {
    if (object !== "features" || annex !== "target.xml") return object === "features" ? "E00" : "";
    this.#description ??= targetDescription(this.#target);
    const piece = this.#description.slice(offset, offset + Math.min(length, largestPacket / 2));
    return `${offset + piece.length < this.#description.length ? "m" : "l"}${piece}`;
  }

  /** On the console of gdb, which listens while it waits. */
  #show(text: string): void {
    const most = largestPacket / 4;
    for (let from = 0; from < text.length; from += most) {
      this.#send(`O${hexOf(Buffer.from(text.slice(from, from + most)))}`);
    }
  }
}

function whenHere<A, B>(value: Awaitable<A>, then: (value: A) => B): Awaitable<B> {
  return value instanceof Promise ? value.then(then) : then(value);
}

/** @param failure of what could not be done */
function answerTo(outcome: boolean | Refusal, failure: string): string {
  if (typeof outcome !== "boolean") return `E.${outcome.refusal}`;
  return outcome ? "OK" : failure;
}

function threadName(hart: number): string {
  return (hart + 1).toString(16);
}
