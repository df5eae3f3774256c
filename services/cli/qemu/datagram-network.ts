import type { NetworkEnd } from "../../../workers/host/network/network-end.ts";
import { UsageFailure } from "../usage-failure.ts";
import { parsePort } from "./parse-host-port.ts";
import { fixedProperty, type Property, readProperties } from "./property-list.ts";
import { textProperty } from "./text-property.ts";

const onlyInet = "this runtime has no datagrams on Unix sockets";

const properties: readonly Property<Map<string, string>>[] = [
  textProperty("id", "ID"),
  ...(["local", "remote"] as const).flatMap((side) => [
    fixedProperty<Map<string, string>>(`${side}.type`, ["inet"], onlyInet),
    textProperty(`${side}.host`, "HOST"),
    textProperty(`${side}.port`, "PORT"),
  ]),
];

/** `-netdev dgram,remote.type=inet,remote.host=,remote.port=,local.…`. */
export function readDatagrams(text: string): NetworkEnd {
  const texts = new Map<string, string>();
  readProperties("-netdev dgram", text, properties, texts);
  const at = (side: "local" | "remote") => ({
    host: texts.get(`${side}.host`) ?? "127.0.0.1",
    port: parsePort(`${side}.port`, texts.get(`${side}.port`)),
  });
  if (!texts.has("remote.port")) {
    throw new UsageFailure(
      "remote-missing",
      "there is no far end",
      "add remote.type=inet,remote.host=HOST,remote.port=PORT",
    );
  }
  return {
    kind: "datagrams",
    remote: at("remote"),
    local: texts.has("local.host") || texts.has("local.port") ? localAt(texts) : undefined,
  };
}

/** For a multicast group the local port is of no use, and QEMU's users leave it out. */
function localAt(texts: ReadonlyMap<string, string>) {
  return {
    host: texts.get("local.host") ?? "127.0.0.1",
    port: parsePort("local.port", texts.get("local.port") ?? "0"),
  };
}
