import { emptyContent, MemoryObjects } from "../../../tests/support/memory-objects.ts";
import { describeObjectStore } from "../../../tests/support/object-store-contract.ts";

const content = emptyContent();

describeObjectStore("objects in memory, as tests use them", async () => [
  new MemoryObjects(content, undefined, Date.now),
  new MemoryObjects(content, undefined, Date.now),
]);
