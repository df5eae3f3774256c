/**
 * A process to be killed: takes the run `victim` of a store over and publishes checkpoints as fast as
 * it can, each with its number in every page that it writes. Prints a line for each that was kept.
 *
 *   node checkpoint-loop.ts DIRECTORY EPOCH
 */
import process from "node:process";
import { CheckpointStore } from "../../shared/blob/checkpoints/checkpoint-store.ts";
import { DirectoryObjects } from "../../shared/blob/objects/directory-objects.ts";
import { PageStore } from "../../shared/blob/pages/page-store.ts";

const [directory = "", epoch = ""] = process.argv.slice(2);
const store = new CheckpointStore(new PageStore(new DirectoryObjects(directory)));
const { writer, image } = await store.claim({ name: "victim", epoch: Number(epoch) });
console.log("claimed");
for (let number = Number(image?.header.notes.number ?? 0) + 1; ; number++) {
  const pages = Array.from({ length: 40 }, (_, page) => {
    const bytes = new Uint8Array(4096).fill(page + 1);
    new DataView(bytes.buffer).setUint32(0, number);
    return { page, bytes };
  });
  const parts = [{ kind: "section" as const, name: "number", bytes: Uint8Array.of(number % 256) }];
  await writer.publish({ pages, isWhole: false, parts, notes: { number } });
  console.log(`kept ${number}`);
}
