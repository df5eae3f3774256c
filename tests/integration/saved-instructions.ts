import { CheckpointStore } from "../../shared/blob/checkpoints/checkpoint-store.ts";
import { DirectoryObjects } from "../../shared/blob/objects/directory-objects.ts";
import { PageStore } from "../../shared/blob/pages/page-store.ts";

/** Instructions of a run's last checkpoint in a store that is a directory; 0 where it has none. */
export async function savedInstructions(directory: string, id: string): Promise<number> {
  const store = new CheckpointStore(new PageStore(new DirectoryObjects(directory)));
  return Number((await store.open("run", id))?.header.notes.instructions ?? 0);
}
