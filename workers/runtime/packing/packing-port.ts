import type { PackingOptions, PagePacker } from "../../vmm/mod.ts";

/** What a guest's thread says to the packing thread, of one move. */
export type PackingWord =
  /** Once and first. @see PackingSlots */
  | {
      readonly type: "open";
      readonly memory: SharedArrayBuffer;
      readonly slots: SharedArrayBuffer;
      readonly options: PackingOptions;
    }
  | { readonly type: "order"; readonly slot: number; readonly pages: number }
  | { readonly type: "close" };

export type PackingAnswer =
  | {
      readonly type: "packed";
      readonly slot: number;
      readonly length: number;
      readonly size: number;
      readonly statistics: PagePacker["statistics"];
      readonly compressed: PagePacker["compressed"];
    }
  /** Nothing more will come. */
  | { readonly type: "failed"; readonly problem: string };

/** The end of a move's channel to the packing thread that the guest's thread has. */
export interface PackingPort {
  onmessage: ((event: { readonly data: PackingAnswer }) => void) | null;
  postMessage(word: PackingWord): void;
  close(): void;
}

/** The other end, which is sent to the packing thread. */
export interface ServedPackingPort {
  onmessage: ((event: { readonly data: PackingWord }) => void) | null;
  postMessage(answer: PackingAnswer): void;
  close(): void;
}
