/**
 * The door of the machine memory's keeper: for the thread of a worker on which no guest runs, which
 * so loads a tenth of what `mod.ts` leads to.
 */
export { MemoryKeeper, type MemoryNeed } from "./machine/memory-keeper.ts";
