import type { CheckpointImage } from "../../../shared/blob/checkpoints/checkpoint-image.ts";
import type { SavedRun } from "../thread/thread-protocol.ts";

const pageBytes = 4096;

/**
 * All that a checkpoint has of a run, or of a template, as it is sent to a thread.
 *
 * @throws BlobError for what the store lacks or has damaged
 */
export async function readSavedRun(image: CheckpointImage): Promise<SavedRun> {
  const sections = new Map<string, Uint8Array>();
  for (const [name, bytes] of await image.readParts("section")) {
    // A buffer of its own: it is sent to a thread.
    sections.set(name, bytes.slice());
  }
  const pages = Uint32Array.from(image.ramPages);
  const places = new Map(Array.from(pages, (page, index) => [page, index]));
  const content = new Uint8Array(pages.length * pageBytes);
  for await (const { page, bytes } of image.read()) {
    content.set(bytes, (places.get(page) ?? 0) * pageBytes);
  }
  return { sections, pages, content };
}
