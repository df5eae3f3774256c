import type { GradingJob } from "../../../shared/protocol/grading-job.ts";
import type { Assignment } from "../../../shared/schema/assignment.ts";
import type { ImageSource } from "../../../shared/schema/image-source.ts";
import type { AssignmentCatalogue, ImagePart } from "../assignments/assignment-catalogue.ts";
import { ProblemError } from "../problem-error.ts";
import type { Upload } from "./receive-upload.ts";

/**
 * The blobs of a machine's images: what is handed in, and what comes from the assignment's folder or was
 * built here, which is put into the store for it.
 *
 * @throws ProblemError when a file or an image is missing
 */
export async function storeImages(
  catalogue: AssignmentCatalogue,
  { name, machine }: Assignment,
  { artefacts }: Pick<Upload, "artefacts">,
): Promise<GradingJob["images"]> {
  const resolve = async (source: ImageSource, part: ImagePart) =>
    source.submission === undefined
      ? ((await catalogue.store(name, source, part)) ?? absent(source, part))
      : artefacts.get(source.submission)?.hash;
  const kernel = await resolve(machine.kernel, "kernel");
  if (kernel === undefined) {
    throw unusable(`${name}: machine.kernel comes from an artefact that is optional`);
  }
  const initrd = machine.initrd === undefined ? undefined : await resolve(machine.initrd, "initrd");
  const disks: Record<string, string> = {};
  for (const disk of machine.disks) {
    const hash = await resolve(disk.source, "disk");
    if (hash !== undefined) {
      disks[disk.name] = hash;
    }
  }
  return { kernel, ...(initrd === undefined ? {} : { initrd }), disks };
}

function absent(source: ImageSource, part: ImagePart): never {
  throw unusable(
    source.image === undefined
      ? `its file ${source.file} is missing`
      : `the ${part} of image ${source.image} is not built; npm run image:${source.image} builds it`,
  );
}

/** The assignment itself is at fault. */
export function unusable(fault: string): ProblemError {
  return new ProblemError(
    409,
    "unusable-assignment",
    "The assignment cannot be used",
    `Tell your teacher: ${fault}`,
  );
}
