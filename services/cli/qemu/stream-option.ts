import type { SerialEnd } from "../../../workers/host/serial-end.ts";
import type { StreamAddress } from "../../../workers/host/stream-listener.ts";
import { UsageFailure } from "../usage-failure.ts";
import type { Draft } from "./draft.ts";
import { parseBoolean } from "./parse-boolean.ts";
import { parseChoice } from "./parse-choice.ts";
import { hostProperty, type Property, readProperties } from "./property-list.ts";

/** What a byte stream's words have said so far. */
interface StreamDraft {
  id: string | undefined;
  path: string | undefined;
  host: string | undefined;
  port: string | undefined;
  server: boolean;
  wait: boolean;
}

const loopback = "127.0.0.1";
const backends = ["null", "stdio", "file", "pipe", "socket"] as const;

const socketProperties: readonly Property<StreamDraft>[] = [
  flag("server"),
  flag("wait"),
  hostProperty("nodelay", ["on", "off"]),
  hostProperty("reconnect", ["0"]),
];

const properties: readonly Property<StreamDraft>[] = [
  word("id"),
  word("path"),
  word("host"),
  word("port"),
  ...socketProperties,
  hostProperty("mux", ["on", "off"]),
  hostProperty("signal", ["on", "off"]),
  hostProperty("append", ["off"]),
];

/** `-chardev null|stdio|file|pipe|socket,id=ID,…`: a byte stream for `-serial chardev:ID`. */
export function readChardev(draft: Draft, text: string): void {
  const [name = ""] = text.split(",", 1);
  const backend = parseChoice("character device", backends, name.replace(/^backend=/, ""));
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
      "give each an id of its own, and use it with -serial chardev:ID",
    );
  }
  draft.streams.set(stream.id, toEnd(backend, stream));
}

/**
 * `file:PATH`, `pipe:PATH`, `unix:PATH[,server=on][,wait=off]` or `tcp:[HOST]:PORT[,…]`, as `-serial`
 * has them.
 *
 * @returns undefined where the text is none of them
 */
export function parseSerialEnd(text: string): SerialEnd | undefined {
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

function flag(name: "server" | "wait"): Property<StreamDraft> {
  return {
    name,
    value: "on|off",
    set: (stream, value) => {
      stream[name] = parseBoolean(value);
    },
  };
}

function toEnd(
  backend: (typeof backends)[number],
  stream: StreamDraft,
): "stdio" | "none" | SerialEnd {
  switch (backend) {
    case "null":
      return "none";
    case "stdio":
      return "stdio";
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
