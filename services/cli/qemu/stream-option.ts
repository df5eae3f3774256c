import type { SerialEnd } from "../../../workers/host/serial-end.ts";
import type { StreamAddress } from "../../../workers/host/stream.ts";
import { UsageFailure } from "../usage-failure.ts";
import type { Draft, StreamBackend, StreamUse } from "./draft.ts";
import { parseBoolean } from "./parse-boolean.ts";
import { parseChoice } from "./parse-choice.ts";
import { fixedProperty, hostProperty, type Property, readProperties } from "./property-list.ts";

/** What a byte stream's words have said so far. */
interface StreamDraft {
  id: string | undefined;
  path: string | undefined;
  host: string | undefined;
  port: string | undefined;
  server: boolean;
  wait: boolean;
  mux: boolean;
}

const loopback = "127.0.0.1";
const backends = ["null", "stdio", "file", "pipe", "pty", "socket"] as const;
/** Back ends of QEMU that need what this machine or its runtime has not. */
const absentBackends: Readonly<Record<string, string>> = {
  vc: "there is no display to show a console on",
  udp: "a serial line over datagrams would lose characters",
  serial: "the host's serial ports cannot be set up from here; let socat connect one to a socket",
  tty: "the host's serial ports cannot be set up from here; let socat connect one to a socket",
  ringbuf: "nothing reads it here",
  spicevmc: "there is no display",
  msmouse: "there is no mouse",
  braille: "there is no braille display",
};

const socketProperties: readonly Property<StreamDraft>[] = [
  flag("server"),
  flag("wait"),
  hostProperty("nodelay", ["on", "off"]),
  fixedProperty("reconnect", ["0"], "a connection is made once, at the start"),
  fixedProperty("telnet", ["off"], "bytes go over as they are; `telnet` works without it"),
];

const properties: readonly Property<StreamDraft>[] = [
  word("id"),
  word("path"),
  word("host"),
  word("port"),
  ...socketProperties,
  flag("mux"),
  hostProperty("signal", ["on", "off"]),
  hostProperty("append", ["off"]),
];

/** `-chardev null|stdio|file|pipe|pty|socket,id=ID,…`: a byte stream for consoles and monitors. */
export function readChardev(draft: Draft, text: string): void {
  const [name = ""] = text.split(",", 1);
  const word = name.replace(/^backend=/, "");
  refuseAbsent(word);
  const backend = parseChoice("character device", backends, word);
  const stream = emptyStream();
  if (name.length < text.length) {
    readProperties("-chardev", text.slice(name.length + 1), properties, stream);
  }
  if (stream.id === undefined || draft.streams.has(stream.id)) {
    throw new UsageFailure(
      "chardev-id",
      stream.id === undefined
        ? "a character device needs an id"
        : `there are two character devices '${stream.id}'`,
      "give each an id of its own, and use it with -serial chardev:ID or -mon chardev=ID",
    );
  }
  draft.streams.set(stream.id, { end: toEnd(backend, stream), isShared: stream.mux });
}

/**
 * What `-serial`, `-monitor` and `-qmp` take: `stdio`, `mon:stdio`, `none`, `pty`, `chardev:ID`,
 * `file:PATH`, `unix:PATH,…` and so on.
 *
 * @param what for messages: `serial device`
 */
export function parseStreamUse(what: string, text: string): StreamUse {
  const isShared = text.startsWith("mon:");
  const rest = isShared ? text.slice("mon:".length) : text;
  const [, id] = /^chardev:(.+)$/s.exec(rest) ?? [];
  if (id !== undefined) return { id };
  const end = parseSerialEnd(rest);
  if (end !== undefined) return { end, isShared };
  refuseAbsent(rest.split(":", 1)[0] ?? "");
  const words = ["mon:stdio", "stdio", "pty", "none", "null"] as const;
  const word = parseChoice(what, words, text === "mon:pty" ? "pty" : text);
  if (word === "pty") return { end: { kind: "pty" }, isShared };
  return { end: word === "none" || word === "null" ? "none" : "terminal", isShared };
}

function refuseAbsent(name: string): void {
  const why = Object.hasOwn(absentBackends, name) ? absentBackends[name] : undefined;
  if (why !== undefined) {
    throw new UsageFailure(
      "stream-unsupported",
      `'${name}' is not supported: ${why}`,
      "streams are stdio, pty, file:PATH, pipe:PATH, unix:PATH and tcp:HOST:PORT",
    );
  }
}

/**
 * `file:PATH`, `pipe:PATH`, `unix:PATH[,server=on][,wait=off]` or `tcp:[HOST]:PORT[,…]`, as `-serial`
 * has them.
 *
 * @returns undefined where the text is none of them
 */
function parseSerialEnd(text: string): SerialEnd | undefined {
  const [, kind, rest] = /^(file|pipe|unix|tcp|telnet):(.*)$/s.exec(text) ?? [];
  if (kind === undefined || rest === undefined) return undefined;
  if (kind === "file" || kind === "pipe") return { kind, path: requirePath(rest) };
  const [place = ""] = rest.split(",", 1);
  const stream = emptyStream();
  if (place.length < rest.length) {
    readProperties("-serial", rest.slice(place.length + 1), socketProperties, stream);
  }
  if (kind === "unix") stream.path = place;
  else [stream.host, stream.port] = hostAndPort(place);
  const { server, wait } = stream;
  return { kind: "socket", address: toAddress(stream), listens: server, waits: wait };
}

function emptyStream(): StreamDraft {
  return {
    id: undefined,
    path: undefined,
    host: undefined,
    port: undefined,
    server: false,
    wait: true,
    mux: false,
  };
}

function word(name: "id" | "path" | "host" | "port"): Property<StreamDraft> {
  return {
    name,
    value: name.toUpperCase(),
    set: (stream, value) => {
      stream[name] = value;
    },
  };
}

function flag(name: "server" | "wait" | "mux"): Property<StreamDraft> {
  return {
    name,
    value: "on|off",
    set: (stream, value) => {
      stream[name] = parseBoolean(value);
    },
  };
}

function toEnd(backend: (typeof backends)[number], stream: StreamDraft): StreamBackend["end"] {
  switch (backend) {
    case "null":
      return "none";
    case "stdio":
      return "terminal";
    case "pty":
      return { kind: "pty" };
    case "file":
    case "pipe":
      return { kind: backend, path: requirePath(stream.path ?? "") };
    case "socket": {
      const { server, wait } = stream;
      return { kind: "socket", address: toAddress(stream), listens: server, waits: wait };
    }
  }
}

function requirePath(path: string): string {
  if (path === "") {
    throw new UsageFailure("path-missing", "a path is missing", "write file:PATH or path=PATH");
  }
  return path;
}

function hostAndPort(place: string): [host: string | undefined, port: string | undefined] {
  const [, host, port] = /^(.*):([^:]*)$/s.exec(place) ?? [];
  return [host, port];
}

function toAddress({ path, host, port }: StreamDraft): StreamAddress {
  if (path !== undefined) return { kind: "unix", path: requirePath(path) };
  const number = Number(port);
  if (port === undefined || !/^\d{1,5}$/.test(port) || number > 65_535) {
    throw new UsageFailure(
      "port-malformed",
      `'${port ?? ""}' is not a TCP port`,
      "write tcp:HOST:PORT, or host=HOST,port=PORT",
    );
  }
  return { kind: "tcp", host: host === undefined || host === "" ? loopback : host, port: number };
}
