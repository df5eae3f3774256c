import { createHash } from "node:crypto";
import { z } from "zod";
import { blobHashSchema } from "../../schema/blob-hash.ts";
import { BlobError } from "../blob-error.ts";
import type { PackPlace, PutPage } from "../pages/page-ref.ts";

/**
 * A checkpoint's manifest: which page of the RAM has which content, and the components' state.
 *
 *   offset  bytes      field
 *        0      8      "TLCKPT01": what this is, and the format's version
 *        8      4      h = bytes of the header
 *       12      4      p = packs
 *       16      4      r = rows
 *       20      h      header: JSON (`checkpointHeaderSchema`)
 *        …     32·p    names of the packs
 *        …      4·p    bytes that a page costs in each pack, for quotas
 *        …      4·r    page numbers: of the RAM; then of each part, 0, 1, 2 …
 *        …      4·r    number of the pack; all ones where the page is zero
 *        …      2·r    slot in the pack
 *        …     32·r    SHA-256 of the page
 *
 * Numbers are little-endian. The manifest's name is its SHA-256; the header's random token keeps two
 * manifests from ever having one name. With a parent, pages without a row are the parent's.
 *
 * A part is any string of bytes (a section of the machine's state, a translated module), cut into
 * pages like the RAM, so it is stored once and zero bytes cost nothing.
 */
export const checkpointHeaderSchema = z.strictObject({
  run: z.string().max(200),
  epoch: z.int().min(0),
  token: z.string().max(64),
  parent: blobHashSchema.nullable(),
  /** The checkpoint of others (a template's) that the chain of parents ends in; never merged. */
  base: blobHashSchema.nullable(),
  /** Parents between this one and the base, or the chain's end. */
  depth: z.int().min(0).max(1000),
  /** Rows that are the RAM's; the parts' follow. */
  ramRows: z.int().min(0),
  /** What the machine says of itself: instructions retired and so on. */
  notes: z.record(z.string().max(60), z.union([z.string().max(4000), z.number()])),
  parts: z
    .array(
      z.strictObject({
        kind: z.enum(["section", "code"]),
        name: z.string().min(1).max(200),
        bytes: z.int().min(0),
      }),
    )
    .max(100_000),
});

export type CheckpointHeader = z.infer<typeof checkpointHeaderSchema>;

export interface CheckpointRow {
  /** Number of the page: in the RAM, or in its part. */
  readonly page: number;
  readonly put: PutPage;
}

export interface Checkpoint {
  readonly name: string;
  readonly header: CheckpointHeader;
  readonly rows: readonly CheckpointRow[];
  /** Each pack that a row names. */
  readonly packs: readonly PackPlace[];
}

const magic = Buffer.from("TLCKPT01");
const fixedBytes = 20;
const noPack = 0xffff_ffff;

/** Pages that a part of so many bytes takes. */
export function partPages(bytes: number): number {
  return Math.ceil(bytes / 4096);
}

export function checkpointKey(name: string): string {
  return `checkpoints/${name.slice(0, 2)}/${name.slice(2)}`;
}

export function writeCheckpoint(
  header: CheckpointHeader,
  rows: readonly CheckpointRow[],
): { readonly name: string; readonly bytes: Uint8Array } {
  const refs = rows.flatMap(({ put }) => (put === "zero" ? [] : [put]));
  const names = [...new Map(refs.map(({ pack }) => [nameOf(pack), pack]))];
  const numbers = new Map(names.map(([name], index) => [name, index]));
  const json = new TextEncoder().encode(JSON.stringify(header));
  const bytes = Buffer.alloc(
    fixedBytes + json.length + names.length * 36 + rows.length * (4 + 4 + 2 + 32),
  );
  magic.copy(bytes);
  for (const [index, count] of [json.length, names.length, rows.length].entries()) {
    bytes.writeUInt32LE(count, 8 + index * 4);
  }
  let at = fixedBytes;
  bytes.set(json, at);
  at += json.length;
  for (const [name] of names) at += bytes.write(name, at, "hex");
  for (const [, pack] of names) at = bytes.writeUInt32LE(Math.ceil(pack.pageCost), at);
  for (const { page } of rows) at = bytes.writeUInt32LE(page, at);
  for (const { put } of rows) {
    at = bytes.writeUInt32LE(put === "zero" ? noPack : (numbers.get(nameOf(put.pack)) ?? 0), at);
  }
  for (const { put } of rows) at = bytes.writeUInt16LE(put === "zero" ? 0 : put.slot, at);
  for (const { put } of rows) {
    if (put !== "zero") bytes.set(put.hash, at);
    at += 32;
  }
  return { name: createHash("sha256").update(bytes).digest("hex"), bytes };
}

/** @throws BlobError `damaged`, naming the checkpoint */
export function parseCheckpoint(name: string, bytes: Uint8Array): Checkpoint {
  const damaged = () => new BlobError("damaged", `checkpoint ${name} is damaged`);
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (createHash("sha256").update(view).digest("hex") !== name) throw damaged();
  if (view.length < fixedBytes || !view.subarray(0, 8).equals(magic)) throw damaged();
  const [jsonBytes, packCount, rowCount] = [8, 12, 16].map((at) => view.readUInt32LE(at));
  if (jsonBytes === undefined || packCount === undefined || rowCount === undefined) throw damaged();
  const namesAt = fixedBytes + jsonBytes;
  const costsAt = namesAt + packCount * 32;
  const pagesAt = costsAt + packCount * 4;
  const packsAt = pagesAt + rowCount * 4;
  const slotsAt = packsAt + rowCount * 4;
  const hashesAt = slotsAt + rowCount * 2;
  if (view.length !== hashesAt + rowCount * 32) throw damaged();

  const header = parseHeader(view.subarray(fixedBytes, namesAt));
  if (header === undefined) throw damaged();
  const places = Array.from({ length: packCount }, (_, index): PackPlace => {
    const name = view.toString("hex", namesAt + index * 32, namesAt + index * 32 + 32);
    return { name, pageCost: view.readUInt32LE(costsAt + index * 4) };
  });
  const rows: CheckpointRow[] = [];
  for (let index = 0; index < rowCount; index++) {
    const page = view.readUInt32LE(pagesAt + index * 4);
    const number = view.readUInt32LE(packsAt + index * 4);
    const hash = view.subarray(hashesAt + index * 32, hashesAt + index * 32 + 32);
    const pack = places[number];
    if (number !== noPack && pack === undefined) throw damaged();
    const put: PutPage =
      pack === undefined ? "zero" : { hash, pack, slot: view.readUInt16LE(slotsAt + index * 2) };
    rows.push({ page, put });
  }
  const partRows = header.parts.reduce((sum, { bytes: length }) => sum + partPages(length), 0);
  if (header.ramRows + partRows !== rowCount) throw damaged();
  return { name, header, rows, packs: places };
}

function parseHeader(bytes: Uint8Array): CheckpointHeader | undefined {
  try {
    return checkpointHeaderSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return undefined;
  }
}

function nameOf(pack: PackPlace): string {
  if (pack.name === undefined) throw new Error("a checkpoint is written once its packs are stored");
  return pack.name;
}
