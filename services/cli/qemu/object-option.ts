import { UsageFailure } from "../usage-failure.ts";
import type { Draft } from "./draft.ts";
import { parseChoice } from "./parse-choice.ts";
import { fixedProperty, hostProperty, type Property, readProperties } from "./property-list.ts";
import { textProperty } from "./text-property.ts";

const kinds = ["rng-random", "rng-builtin", "filter-dump"] as const;
const wholeFrame = 65_536;

const randomProperties: readonly Property<Map<string, string>>[] = [
  textProperty("id", "ID"),
  hostProperty("filename", ["/dev/urandom", "/dev/random", "/dev/hwrng"]),
];

const dumpProperties: readonly Property<Map<string, string>>[] = [
  textProperty("id", "ID"),
  textProperty("netdev", "ID"),
  textProperty("file", "FILE"),
  textProperty("maxlen", "BYTES"),
  fixedProperty("queue", ["all"], "frames are recorded both ways"),
  fixedProperty("status", ["on"], "it records from the start"),
];

/** `-object rng-random|rng-builtin|filter-dump,id=ID,…`. */
export function readObject(draft: Draft, text: string): void {
  const [word = ""] = text.split(",", 1);
  const kind = parseChoice("object", kinds, word.replace(/^qom-type=/, ""));
  const texts = new Map<string, string>();
  const rest = text.slice(word.length + 1);
  const table = kind === "filter-dump" ? dumpProperties : randomProperties;
  if (rest !== "") readProperties(kind, rest, table, texts);
  const id = texts.get("id");
  if (id === undefined) {
    throw new UsageFailure("object-id", "an object needs an id", "add id=ID");
  }
  if (kind !== "filter-dump") {
    // What it would bring is made from the seed, so that a run repeats.
    draft.randomSources.add(id);
    return;
  }
  const network = texts.get("netdev");
  const file = texts.get("file");
  const mostBytes = Number(texts.get("maxlen") ?? wholeFrame);
  const isCount = Number.isInteger(mostBytes) && mostBytes >= 1 && mostBytes <= 2 ** 24;
  if (network === undefined || file === undefined || !isCount) {
    throw new UsageFailure(
      "filter-malformed",
      isCount ? "a capture needs a network and a file" : "maxlen= is not a number of bytes",
      "write filter-dump,id=f0,netdev=ID,file=packets.pcap",
    );
  }
  draft.captures.push({ network, file, mostBytes });
}
