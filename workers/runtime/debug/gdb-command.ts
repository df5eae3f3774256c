/**
 * The payload of a packet as a closed union. Total: what is malformed becomes `malformed`, what this
 * stub does not know `unknown`, and nothing throws.
 */
import { addressOf, bytesOf, registerOf } from "./hex.ts";

/** A thread as gdb names it: hart number + 1, 0 for any, -1 for all. */
export type ThreadName = number;

export type ResumeAction = {
  readonly kind: "continue" | "step";
  /** undefined: every thread that no earlier action names. */
  readonly thread: ThreadName | undefined;
};

export type PointKind = "breakpoint" | "store" | "load" | "access";

export type GdbCommand =
  | { readonly kind: "supported"; readonly features: readonly string[] }
  | { readonly kind: "why-stopped" }
  | { readonly kind: "no-acknowledgements" }
  | { readonly kind: "resume-actions" }
  | { readonly kind: "resume"; readonly actions: readonly ResumeAction[]; readonly at?: bigint }
  | { readonly kind: "stop" }
  | { readonly kind: "choose-thread"; readonly use: string; readonly thread: ThreadName }
  | { readonly kind: "thread-alive"; readonly thread: ThreadName }
  | { readonly kind: "current-thread" }
  | { readonly kind: "threads-first" }
  | { readonly kind: "threads-more" }
  | { readonly kind: "thread-words"; readonly thread: ThreadName }
  | { readonly kind: "read-registers" }
  | { readonly kind: "write-registers"; readonly bytes: Uint8Array }
  | { readonly kind: "read-register"; readonly register: number }
  | { readonly kind: "write-register"; readonly register: number; readonly value: bigint }
  | { readonly kind: "read-memory"; readonly address: bigint; readonly bytes: number }
  | { readonly kind: "write-memory"; readonly address: bigint; readonly bytes: Uint8Array }
  | {
      readonly kind: "set-point" | "clear-point";
      readonly point: PointKind;
      readonly address: bigint;
      readonly bytes: number;
    }
  | {
      readonly kind: "read-object";
      readonly object: string;
      readonly annex: string;
      readonly offset: number;
      readonly length: number;
    }
  | { readonly kind: "monitor"; readonly line: string }
  | { readonly kind: "attached" }
  | { readonly kind: "detach" }
  | { readonly kind: "kill"; readonly wantsAnswer: boolean }
  | { readonly kind: "unknown" }
  | { readonly kind: "malformed" };

type Read = (rest: string) => GdbCommand | undefined;

const pointKinds: readonly PointKind[] = ["breakpoint", "breakpoint", "store", "load", "access"];

/** By what a payload begins with; the first that fits reads the rest. */
const readers: readonly (readonly [prefix: string, read: Read])[] = [
  ["qSupported", (rest) => ({ kind: "supported", features: rest.slice(1).split(";") })],
  ["QStartNoAckMode", exactly({ kind: "no-acknowledgements" })],
  ["qAttached", () => ({ kind: "attached" })],
  ["qC", exactly({ kind: "current-thread" })],
  ["qfThreadInfo", exactly({ kind: "threads-first" })],
  ["qsThreadInfo", exactly({ kind: "threads-more" })],
  ["qThreadExtraInfo,", (rest) => withThread(rest, (thread) => ({ kind: "thread-words", thread }))],
  ["qXfer:", readObject],
  ["qRcmd,", readMonitor],
  ["vCont?", exactly({ kind: "resume-actions" })],
  ["vCont;", readResume],
  ["vCtrlC", exactly({ kind: "stop" })],
  ["vKill;", () => ({ kind: "kill", wantsAnswer: true })],
  ["?", exactly({ kind: "why-stopped" })],
  ["H", (rest) => withThread(rest.slice(1), chooseThread(rest.charAt(0)))],
  ["T", (rest) => withThread(rest, (thread) => ({ kind: "thread-alive", thread }))],
  ["g", exactly({ kind: "read-registers" })],
  ["G", (rest) => withBytes(rest, (bytes) => ({ kind: "write-registers", bytes }))],
  ["p", readRegister],
  ["P", writeRegister],
  ["m", readMemory],
  ["M", writeMemory],
  ["X", writeBinary],
  ["Z", (rest) => readPoint("set-point", rest)],
  ["z", (rest) => readPoint("clear-point", rest)],
  ["C", (rest) => resumeAt("continue", rest.replace(/^[0-9a-f]{2};?/i, ""))],
  ["S", (rest) => resumeAt("step", rest.replace(/^[0-9a-f]{2};?/i, ""))],
  ["c", (rest) => resumeAt("continue", rest)],
  ["s", (rest) => resumeAt("step", rest)],
  ["D", () => ({ kind: "detach" })],
  ["k", exactly({ kind: "kill", wantsAnswer: false })],
];

export function parseCommand(payload: string): GdbCommand {
  for (const [prefix, read] of readers) {
    if (payload.startsWith(prefix)) return read(payload.slice(prefix.length)) ?? malformed;
  }
  return unknown;
}

const malformed: GdbCommand = { kind: "malformed" };
const unknown: GdbCommand = { kind: "unknown" };

/** A command without operands; anything behind it makes another command that is not known. */
function exactly(command: GdbCommand): Read {
  return (rest) => (rest === "" ? command : unknown);
}

function chooseThread(use: string) {
  return (thread: ThreadName): GdbCommand => ({ kind: "choose-thread", use, thread });
}

function withThread(text: string, make: (thread: ThreadName) => GdbCommand) {
  const thread = threadOf(text);
  return thread === undefined ? undefined : make(thread);
}

function threadOf(text: string): ThreadName | undefined {
  if (text === "-1") return -1;
  return /^[0-9a-f]{1,8}$/i.test(text) ? Number.parseInt(text, 16) : undefined;
}

function withBytes(hex: string, make: (bytes: Uint8Array) => GdbCommand) {
  const bytes = bytesOf(hex);
  return bytes === undefined ? undefined : make(bytes);
}

/** A small number: a length, an offset, a register. */
function countOf(text: string): number | undefined {
  return /^[0-9a-f]{1,8}$/i.test(text) ? Number.parseInt(text, 16) : undefined;
}

function readObject(rest: string): GdbCommand | undefined {
  const [, object, annex, from, size] =
    /^([^:]*):read:([^:]*):([0-9a-f]+),([0-9a-f]+)$/i.exec(rest) ?? [];
  const offset = countOf(from ?? "");
  const length = countOf(size ?? "");
  if (object === undefined || annex === undefined) return unknown;
  if (offset === undefined || length === undefined) return undefined;
  return { kind: "read-object", object, annex, offset, length };
}

function readMonitor(rest: string): GdbCommand | undefined {
  return withBytes(rest, (bytes) => ({
    kind: "monitor",
    line: Buffer.from(bytes).toString("utf8"),
  }));
}

function readResume(rest: string): GdbCommand | undefined {
  const actions: ResumeAction[] = [];
  for (const word of rest.split(";")) {
    const [, letter, , name] = /^([cs]|[CS][0-9a-f]{2})(:(.+))?$/i.exec(word) ?? [];
    if (letter === undefined) return undefined;
    const thread = name === undefined ? undefined : threadOf(name);
    if (name !== undefined && thread === undefined) return undefined;
    const kind = letter.toLowerCase().startsWith("s") ? "step" : "continue";
    actions.push({ kind, thread: thread === -1 ? undefined : thread });
  }
  return { kind: "resume", actions };
}

function resumeAt(kind: "continue" | "step", rest: string): GdbCommand | undefined {
  const actions = [{ kind, thread: undefined }];
  if (rest === "") return { kind: "resume", actions };
  const at = addressOf(rest);
  return at === undefined ? undefined : { kind: "resume", actions, at };
}

function readRegister(rest: string): GdbCommand | undefined {
  const register = countOf(rest);
  return register === undefined ? undefined : { kind: "read-register", register };
}

function writeRegister(rest: string): GdbCommand | undefined {
  const [name = "", text = ""] = rest.split("=");
  const [register, value] = [countOf(name), registerOf(text)];
  if (register === undefined || value === undefined) return undefined;
  return { kind: "write-register", register, value };
}

function readMemory(rest: string): GdbCommand | undefined {
  const [at = "", size = ""] = rest.split(",");
  const [address, bytes] = [addressOf(at), countOf(size)];
  if (address === undefined || bytes === undefined) return undefined;
  return { kind: "read-memory", address, bytes };
}

function writeMemory(rest: string): GdbCommand | undefined {
  const [, at, size, hex] = /^([0-9a-f]+),([0-9a-f]+):([0-9a-f]*)$/i.exec(rest) ?? [];
  return toWrite(at, size, bytesOf(hex ?? ""));
}

function writeBinary(rest: string): GdbCommand | undefined {
  const [, at, size, data] = /^([0-9a-f]+),([0-9a-f]+):(.*)$/is.exec(rest) ?? [];
  return toWrite(at, size, Uint8Array.from(Buffer.from(data ?? "", "latin1")));
}

function toWrite(at = "", size = "", bytes?: Uint8Array): GdbCommand | undefined {
  const address = addressOf(at);
  if (address === undefined || bytes === undefined || countOf(size) !== bytes.length) {
    return undefined;
  }
  return { kind: "write-memory", address, bytes };
}

function readPoint(kind: "set-point" | "clear-point", rest: string): GdbCommand | undefined {
  const [, number, at, size] = /^([0-4]),([0-9a-f]+),([0-9a-f]+)$/i.exec(rest) ?? [];
  if (number === undefined) return unknown;
  const [address, bytes] = [addressOf(at ?? ""), countOf(size ?? "")];
  const point = pointKinds[Number(number)];
  if (address === undefined || bytes === undefined || point === undefined) return undefined;
  return { kind, point, address, bytes };
}
