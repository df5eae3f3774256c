import type { CheckpointImage } from "../../../shared/blob/checkpoints/checkpoint-image.ts";
import type { SavedRun } from "../thread/thread-protocol.ts";

const pageBytes = 4096;

/**
 * All that a checkpoint has of a run, as it is sent to a thread.
 *
 * @throws BlobError for what the store lacks or has damaged
 */
export async function readSavedRun(image: CheckpointImage): Promise<SavedRun> {
  const sections = await readSections(image);
  return { sections, ...(await readPages(image, image.ramPages)) };
}

/** The sections of a machine and its driver. @throws BlobError */
export async function readSections(image: CheckpointImage): Promise<Map<string, Uint8Array>> {
  const sections = new Map<string, Uint8Array>();
  for (const [name, bytes] of await image.readParts("section")) {
    // A buffer of its own: it is sent to a thread.
    sections.set(name, bytes.slice());
  }
  return sections;
}

/** Pages that are not all zeros, and their content, one behind the other. @throws BlobError */
export async function readPages(
  image: CheckpointImage,
  wanted: ArrayLike<number>,
): Promise<{ readonly pages: Uint32Array; readonly content: Uint8Array<ArrayBuffer> }> {
  const pages = Uint32Array.from(wanted);
  const places = new Map(Array.from(pages, (page, index) => [page, index]));
  const content = new Uint8Array(pages.length * pageBytes);
  for await (const { page, bytes } of image.read([...pages])) {
    content.set(bytes, (places.get(page) ?? 0) * pageBytes);
  }
  return { pages, content };
}
