import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Busboy } from "@fastify/busboy";
import { BlobError } from "../../../shared/blob/blob-error.ts";
import type { BlobStore, StoredBlob } from "../../../shared/blob/blob-store.ts";
import { artefactNameSchema } from "../../../shared/schema/artefact-name.ts";
import { ProblemError } from "../problem-error.ts";

/** A submission's form: which assignment, and each artefact as a blob that is already stored. */
export interface Upload {
  readonly assignment: string;
  readonly artefacts: ReadonlyMap<string, StoredBlob>;
}

/** Room for the parts' headers and the text fields. */
const formOverhead = 64 * 1024;
const mostFiles = 16;
/** How much of an upload that is too large is read before the connection is closed. */
const mostDrained = 32 * 2 ** 20;

/**
 * Reads a `multipart/form-data` body and streams its files into the blob store, never holding one
 * in memory.
 *
 * @param maxBytes most bytes of all files together
 * @throws ProblemError for a body that is no such form, is too large or names a file twice
 */
export async function receiveUpload(
  request: Request,
  blobs: BlobStore,
  maxBytes: number,
): Promise<Upload> {
  const contentType = request.headers.get("content-type") ?? "";
  if (!/^multipart\/form-data\s*;/i.test(contentType) || request.body === null) {
    throw new ProblemError(
      415,
      "not-a-form",
      "Not a form",
      "Send multipart/form-data with a text field `assignment` and one file field per artefact.",
    );
  }
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes + formOverhead) {
    await drain(request.body);
    throw tooLarge(maxBytes);
  }
  const form = openForm(contentType);
  const stores: Promise<unknown>[] = [];
  const streams: Readable[] = [];
  const artefacts = new Map<string, StoredBlob>();
  let assignment: string | undefined;
  let fault: ProblemError | undefined;
  const refuse = (problem: ProblemError) => {
    fault ??= problem;
  };

  form.on("field", (name, value) => {
    if (name === "assignment") {
      assignment = value;
    } else {
      refuse(unreadable(`\`${name}\` is a text field; artefacts are file fields.`));
    }
  });
  form.on("file", (name, stream) => {
    // A form that breaks off is announced on the part that it cuts, also before anybody reads it.
    stream.on("error", (error) => stream.destroy(error));
    streams.push(stream);
    if (fault !== undefined || !artefactNameSchema.safeParse(name).success) {
      refuse(unreadable(`\`${name}\` is not the name of an artefact.`));
      stream.resume();
      return;
    }
    const taken = blobs.put(stream, maxBytes).then((blob) => {
      if (artefacts.has(name)) {
        refuse(unreadable(`\`${name}\` is sent twice.`));
      }
      artefacts.set(name, blob);
    });
    stores.push(taken);
    taken.catch((error: unknown) => {
      form.destroy(error instanceof Error ? error : undefined);
      if (error instanceof BlobError && error.code === "too-large") {
        refuse(tooLarge(maxBytes));
      }
    });
  });
  for (const limit of ["filesLimit", "partsLimit", "fieldsLimit"] as const) {
    form.on(limit, () => refuse(unreadable(`At most ${mostFiles} files can be sent.`)));
  }

  try {
    await pipeline(counted(request.body, maxBytes + formOverhead), form);
    await Promise.all(stores);
  } catch (error) {
    for (const stream of streams) {
      stream.destroy(new Error("the form is cut off"));
    }
    await Promise.allSettled(stores);
    if (error instanceof ProblemError || fault !== undefined) {
      throw error instanceof ProblemError ? error : fault;
    }
    throw error instanceof Error && isHostError(error) ? error : unreadable("The form is cut off.");
  }
  if (fault !== undefined) {
    throw fault;
  }
  if (assignment === undefined) {
    throw unreadable("The text field `assignment` is missing.");
  }
  return { assignment, artefacts };
}

function openForm(contentType: string) {
  try {
    return new Busboy({
      headers: { "content-type": contentType },
      limits: { fieldNameSize: 100, fieldSize: 1024, fields: 8, files: mostFiles },
    });
  } catch {
    throw unreadable("The content type names no boundary.");
  }
}

async function* counted(body: ReadableStream<Uint8Array>, limit: number) {
  let bytes = 0;
  for await (const chunk of Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0])) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > limit + mostDrained) {
      throw tooLarge(limit - formOverhead);
    }
    if (bytes <= limit) {
      yield chunk as Uint8Array;
    }
  }
  if (bytes > limit) {
    throw tooLarge(limit - formOverhead);
  }
}

/**
 * Reads on for a while without keeping anything: most clients read no answer while they still send.
 */
async function drain(body: ReadableStream<Uint8Array>): Promise<void> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > mostDrained) {
      return;
    }
  }
}

/** A full disk or a directory without rights is not the caller's fault. */
function isHostError(error: Error): boolean {
  return (
    "code" in error && ["ENOSPC", "EACCES", "EROFS", "EIO", "ENOENT"].includes(`${error.code}`)
  );
}

function unreadable(detail: string): ProblemError {
  return new ProblemError(400, "unreadable-form", "Unreadable form", detail);
}

function tooLarge(maxBytes: number): ProblemError {
  const detail = `All files together may have ${maxBytes} bytes. Hand in smaller files.`;
  return new ProblemError(413, "too-large", "Upload too large", detail);
}
