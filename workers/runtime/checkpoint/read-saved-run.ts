import type { CheckpointImage } from "../../../shared/blob/checkpoints/checkpoint-image.ts";
import { decodeMachine, neededPages } from "../../vmm/mod.ts";
import type { SavedRun, SomePages } from "../thread/thread-protocol.ts";

const pageBytes = 4096;

/**
 * What a checkpoint has of a run, as it is sent to a thread: all but the pages that it can begin
 * without, which are in `absent`, in the order in which they will be wanted.
 *
 * @throws BlobError for what the store lacks or has damaged; Failure `snapshot-damaged`
 */
export async function readSavedRun(
  image: CheckpointImage,
): Promise<SavedRun & Required<Pick<SavedRun, "absent">>> {
  const sections = await readSections(image);
  const { first, next } = neededPages(decodeMachine(sections).state);
  const pages = Map.groupBy(image.ramPages, (page) =>
    first.has(page) ? "first" : next.has(page) ? "next" : "others",
  );
  const absent = [...(pages.get("next") ?? []), ...(pages.get("others") ?? [])];
  return {
    sections,
    ...(await readPages(image, pages.get("first") ?? [])),
    absent: Uint32Array.from(absent),
  };
}

/** The sections of a machine and its driver. @throws BlobError */
async function readSections(image: CheckpointImage): Promise<Map<string, Uint8Array>> {
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
): Promise<SomePages> {
  const pages = Uint32Array.from(wanted);
  const places = new Map(Array.from(pages, (page, index) => [page, index]));
  const content = new Uint8Array(pages.length * pageBytes);
  for await (const { page, bytes } of image.read([...pages])) {
    content.set(bytes, (places.get(page) ?? 0) * pageBytes);
  }
  return { pages, content };
}
