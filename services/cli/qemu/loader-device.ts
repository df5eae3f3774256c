import { UsageFailure } from "../usage-failure.ts";
import type { Draft } from "./draft.ts";
import { parseBoolean } from "./parse-boolean.ts";
import { hostProperty, type Property, readProperties, refusedProperty } from "./property-list.ts";
import { textProperty } from "./text-property.ts";

const properties: readonly Property<Map<string, string>>[] = [
  textProperty("file", "FILE"),
  textProperty("addr", "ADDRESS"),
  textProperty("data", "NUMBER"),
  textProperty("data-len", "BYTES"),
  textProperty("data-be", "on|off"),
  textProperty("id", "ID"),
  hostProperty("force-raw", ["on", "off", "true", "false"]),
  refusedProperty(
    "cpu-num",
    "harts leave reset where -bios and -kernel say",
    "leave it out; -bios none starts at 0x80000000",
  ),
];

/** `-device loader,file=FILE,addr=A` or `loader,addr=A,data=N,data-len=B`: bytes in memory. */
export function readLoader(draft: Draft, text: string): void {
  const texts = new Map<string, string>();
  readProperties("the loader", text, properties, texts);
  const address = numberOf("addr", texts.get("addr"));
  const file = texts.get("file");
  const data = texts.get("data");
  if ((file === undefined) === (data === undefined) || address === undefined) {
    throw new UsageFailure(
      "loader-malformed",
      address === undefined ? "addr=ADDRESS is missing" : "it takes one of file= and data=",
      "write loader,file=FILE,addr=0x80200000, with a raw image: no ELF file",
    );
  }
  if (file !== undefined) {
    draft.loads.push({ address: Number(address), content: { file } });
    return;
  }
  const length = numberOf("data-len", texts.get("data-len"));
  const value = numberOf("data", data);
  if (length === undefined || value === undefined || length < 1n || length > 8n) {
    throw new UsageFailure(
      "loader-malformed",
      "data= needs its length, from 1 to 8 bytes",
      "write loader,addr=0x80001000,data=0x1234,data-len=4",
    );
  }
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), true);
  const little = bytes.slice(0, Number(length));
  const isBig = parseBoolean(texts.get("data-be") ?? "off");
  draft.loads.push({
    address: Number(address),
    content: { bytes: isBig ? little.reverse() : little },
  });
}

function numberOf(name: string, text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined;
  if (/^(\d+|0[xX][0-9a-fA-F]+)$/.test(text)) return BigInt(text);
  throw new UsageFailure(
    "number-malformed",
    `${name}=${text} is not a number`,
    "write it in decimal or as 0x…",
  );
}
