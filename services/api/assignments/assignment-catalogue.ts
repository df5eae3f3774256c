import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { BlobStore } from "../../../shared/blob/blob-store.ts";
import type { Assignment } from "../../../shared/schema/assignment.ts";
import { AssignmentError } from "../../../shared/schema/assignment-error.ts";
import type { AssignmentSummary } from "../../../shared/schema/assignment-summary.ts";
import type { ImageSource } from "../../../shared/schema/image-source.ts";
import { parseAssignment } from "../../../shared/schema/parse-assignment.ts";

/** Which part of a built image a machine wants. */
export type ImagePart = "kernel" | "initrd" | "disk";

/** An assignment as it is now, or why it cannot be used. */
export type CatalogueEntry =
  | { readonly name: string; readonly assignment: Assignment }
  | { readonly name: string; readonly fault: string };

/**
 * The assignments of an installation: one folder each, with `assignment.yaml`.
 *
 * Folders are read anew for each request, so an author sees an edit at once. Images are copied into
 * the blob store when a submission needs them, and again only when their file has changed.
 */
export class AssignmentCatalogue {
  readonly #folder: string;
  readonly #images: string;
  readonly #blobs: BlobStore;
  /** By path: the blob that a file became when it had this size and age. */
  readonly #stored = new Map<string, { readonly stamp: string; readonly hash: string }>();

  /** @param images folder of built images: `NAME/kernel`, `NAME/initrd`, `NAME/disk` */
  constructor(folder: string, images: string, blobs: BlobStore) {
    this.#folder = folder;
    this.#images = images;
    this.#blobs = blobs;
  }

  async list(): Promise<AssignmentSummary[]> {
    const folders = await readdir(this.#folder, { withFileTypes: true });
    const names = folders.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    const entries = await Promise.all(names.sort().map((name) => this.find(name)));
    return Promise.all(entries.filter((entry) => entry !== undefined).map((e) => this.#summary(e)));
  }

  /** Undefined when there is no such folder. */
  async find(name: string): Promise<CatalogueEntry | undefined> {
    if (!/^[a-z0-9][a-z0-9-]{0,59}$/.test(name)) {
      return undefined;
    }
    const path = join(this.#folder, name, "assignment.yaml");
    let text: string;
    try {
      text = await readFile(path, "utf8");
    } catch {
      return undefined;
    }
    try {
      const assignment = parseAssignment(text, `${name}/assignment.yaml`);
      return assignment.name === name
        ? { name, assignment }
        : {
            name,
            fault: `${name}/assignment.yaml: name is ${assignment.name}, the folder ${name}`,
          };
    } catch (error) {
      if (error instanceof AssignmentError) {
        return { name, fault: error.message };
      }
      throw error;
    }
  }

  /**
   * The blob of an image that does not come from the student.
   *
   * @returns undefined when its file does not exist
   */
  async store(name: string, source: ImageSource, part: ImagePart): Promise<string | undefined> {
    const path = this.#pathOf(name, source, part);
    const stamp = path === undefined ? undefined : await stampOf(path);
    if (path === undefined || stamp === undefined) {
      return undefined;
    }
    const known = this.#stored.get(path);
    if (known?.stamp === stamp && (await this.#blobs.has(known.hash))) {
      return known.hash;
    }
    const { hash } = await this.#blobs.putFile(path);
    this.#stored.set(path, { stamp, hash });
    return hash;
  }

  #pathOf(name: string, source: ImageSource, part: ImagePart): string | undefined {
    if (source.file !== undefined) {
      return join(this.#folder, name, source.file);
    }
    return source.image === undefined ? undefined : join(this.#images, source.image, part);
  }

  async #summary(entry: CatalogueEntry): Promise<AssignmentSummary> {
    if ("fault" in entry) {
      const { name, fault } = entry;
      return { name, title: name, description: "", maxScore: 0, artefacts: [], unavailable: fault };
    }
    const { name, assignment } = entry;
    const missing = await this.#missing(name, assignment);
    return {
      name,
      title: assignment.title,
      description: assignment.description,
      maxScore: assignment.steps.reduce((sum, step) => sum + step.points, 0),
      artefacts: assignment.artefacts.map((artefact) => ({
        name: artefact.name,
        description: artefact.description,
        maxBytes: artefact["max-bytes"],
        optional: artefact.optional,
      })),
      ...(missing === undefined ? {} : { unavailable: missing }),
    };
  }

  async #missing(name: string, { machine }: Assignment): Promise<string | undefined> {
    const wanted: [ImageSource | undefined, ImagePart][] = [
      [machine.kernel, "kernel"],
      [machine.initrd, "initrd"],
      ...machine.disks.map(({ source }): [ImageSource, ImagePart] => [source, "disk"]),
    ];
    for (const [source, part] of wanted) {
      const path = source === undefined ? undefined : this.#pathOf(name, source, part);
      if (path !== undefined && (await stampOf(path)) === undefined) {
        return source?.image === undefined
          ? `its file ${source?.file} is missing`
          : `the ${part} of image ${source.image} is not built: npm run image:${source.image}`;
      }
    }
    return undefined;
  }
}

/** Changes whenever the file does; undefined when there is none. */
async function stampOf(path: string): Promise<string | undefined> {
  try {
    const { size, mtimeMs, ino } = await stat(path);
    return `${size} ${mtimeMs} ${ino}`;
  } catch {
    return undefined;
  }
}
