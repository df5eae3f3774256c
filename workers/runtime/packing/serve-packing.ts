import { zstd } from "../../host/zstd.ts";
import { rehearsePages } from "../../vmm/mod.ts";
import type { PackingWord, ServedPackingPort } from "./packing-port.ts";
import { PackingTable } from "./packing-table.ts";

/** What the worker's main thread tells the packing thread: a move asks by this port from now on. */
export interface PackingMessage {
  readonly port: ServedPackingPort;
}

/** Behind so many the compiler knows how a page is said. */
const rehearsals = 8;

/** @returns what the thread does with each message, in order */
export function servePacking(): (message: PackingMessage) => void {
  let left = rehearsals;
  return ({ port }) => {
    for (; left > 0; left--) rehearsePages(zstd);
    let table: PackingTable | undefined;
    const hear = (word: PackingWord) => {
      if (word.type === "open") {
        table = new PackingTable(word.memory, word.slots, word.options);
      } else if (word.type === "order") {
        if (!table) throw new RangeError("an order before the memory");
        port.postMessage(table.pack(word.slot, word.pages));
      } else port.close();
    };
    port.onmessage = ({ data }) => {
      try {
        hear(data);
      } catch (error) {
        // One move fails, and its guest goes on where it is; the thread is there for the others.
        port.postMessage({ type: "failed", problem: String(error) });
        table = undefined;
      }
    };
  };
}
