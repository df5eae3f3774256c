/**
 * A process with a worker's permissions that writes to a store and reads from it.
 *
 *   deno run … use-store.ts PLACE
 */
import process from "node:process";
import { CheckpointStore } from "../../shared/blob/checkpoints/checkpoint-store.ts";
import { openObjects } from "../../shared/blob/objects/open-objects.ts";
import { PageStore } from "../../shared/blob/pages/page-store.ts";

const objects = await openObjects(process.argv[2] ?? "", (name) => process.env[name]);
const store = new CheckpointStore(new PageStore(objects));
const { writer } = await store.claim({ name: "from-deno", epoch: 1 });
const bytes = new Uint8Array(4096).fill(7);
await writer.publish({ pages: [{ page: 3, bytes }], isWhole: true, parts: [], notes: {} });
const image = await store.open("run", "from-deno");
console.log(`page 3 begins with ${(await image?.readPage(3))?.[0]}`);
