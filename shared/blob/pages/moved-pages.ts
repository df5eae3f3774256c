import { z } from "zod";
import { jsonOf } from "../../protocol/json-of.ts";
import { blobHashSchema } from "../../schema/blob-hash.ts";
import { BlobError } from "../blob-error.ts";
import type { PackPlace, PageRef } from "./page-ref.ts";

const movedSchema = z.strictObject({
  packs: z.array(blobHashSchema).max(1024),
  /** [slot in the old pack, number of the new one in `packs`, slot there] */
  slots: z.array(z.tuple([z.int(), z.int(), z.int()])).max(1024),
});

/** Where the pages of a pack are that a collector has rewritten. */
export interface MovedPages {
  readonly packs: readonly PackPlace[];
  /** @throws BlobError `not-found` for a page that nobody referred to any more */
  follow(ref: PageRef): PageRef;
}

/** Key of the pointer that says where a pack's pages went. It is made once and never moves. */
export function movedKey(pack: string): string {
  return `moved/${pack}`;
}

/** @param refs each page of the old pack by its slot there, and where it is now */
export function writeMoved(refs: readonly { slot: number; now: PageRef }[]): Uint8Array {
  const packs = [...new Set(refs.map(({ now }) => now.pack.name ?? ""))];
  const slots = refs.map(({ slot, now }) => [slot, packs.indexOf(now.pack.name ?? ""), now.slot]);
  return new TextEncoder().encode(JSON.stringify({ packs, slots }));
}

/** @throws BlobError `damaged` */
export function parseMoved(pack: string, bytes: Uint8Array): MovedPages {
  const parsed = movedSchema.safeParse(jsonOf(new TextDecoder().decode(bytes)));
  if (!parsed.success) throw new BlobError("damaged", `what pack ${pack} became is unreadable`);
  const packs = parsed.data.packs.map((name): PackPlace => ({ name, pageCost: 0 }));
  const slots = new Map(
    parsed.data.slots.map(([slot, number, there]) => [slot, { number, there }]),
  );
  return {
    packs,
    follow: ({ hash, slot }) => {
      const now = slots.get(slot);
      const place = now && packs[now.number];
      if (now === undefined || place === undefined) {
        throw new BlobError("not-found", `page ${slot} of pack ${pack} was collected`);
      }
      return { hash, pack: place, slot: now.there };
    },
  };
}
