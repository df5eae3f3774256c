import type { NetworkEnd } from "../../../workers/host/network/network-end.ts";
import { UsageFailure } from "../usage-failure.ts";
import { parseBoolean } from "./parse-boolean.ts";
import { parseChoice } from "./parse-choice.ts";
import { parsePort } from "./parse-host-port.ts";
import { fixedProperty, type Property, readProperties } from "./property-list.ts";
import { textProperty } from "./text-property.ts";

const properties: readonly Property<Map<string, string>>[] = [
  textProperty("id", "ID"),
  textProperty("server", "on|off"),
  textProperty("addr.type", "inet|unix"),
  textProperty("addr.host", "HOST"),
  textProperty("addr.port", "PORT"),
  textProperty("addr.path", "PATH"),
  fixedProperty("reconnect", ["0"], "a connection is made once, at the start"),
];

/** `-netdev stream,server=on|off,addr.type=inet|unix,addr.…`: QEMU's newer words for a stream. */
export function readStream(text: string): NetworkEnd {
  const texts = new Map<string, string>();
  readProperties("-netdev stream", text, properties, texts);
  const type = parseChoice("addr.type", ["inet", "unix"], texts.get("addr.type") ?? "");
  const listens = parseBoolean(texts.get("server") ?? "off");
  if (type === "inet") {
    const host = texts.get("addr.host") ?? "127.0.0.1";
    const port = parsePort("addr.port", texts.get("addr.port"));
    return { kind: "stream", address: { kind: "tcp", host, port }, listens };
  }
  const path = texts.get("addr.path");
  if (path === undefined || path === "") {
    throw new UsageFailure("path-missing", "addr.path=PATH is missing", "add addr.path=PATH");
  }
  return { kind: "stream", address: { kind: "unix", path }, listens };
}
