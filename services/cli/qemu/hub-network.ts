import type { NetworkEnd } from "../../../workers/host/network/network-end.ts";
import { UsageFailure } from "../usage-failure.ts";
import { type Property, readProperties } from "./property-list.ts";
import { textProperty } from "./text-property.ts";

const properties: readonly Property<Map<string, string>>[] = [
  textProperty("id", "ID"),
  textProperty("hubid", "N"),
  textProperty("netdev", "ID"),
];

/** `-netdev hubport,hubid=N[,netdev=ID]`: a socket of a hub inside this process. */
export function readHubPort(text: string): NetworkEnd {
  const texts = new Map<string, string>();
  readProperties("-netdev hubport", text, properties, texts);
  const digits = texts.get("hubid");
  if (digits === undefined || !/^\d{1,9}$/.test(digits)) {
    throw new UsageFailure(
      "hub-malformed",
      digits === undefined ? "hubid=N is missing" : `hubid=${digits} is not a number`,
      "write hubid= and a number: ports with the same one are connected",
    );
  }
  return { kind: "hub", hub: Number(digits), behind: texts.get("netdev") };
}
