import { BlobError } from "../blob-error.ts";
import { DirectoryObjects } from "./directory-objects.ts";
import type { ObjectStore } from "./object-store.ts";

/** The variables that `openObjects` asks for, by name, so that Deno needs no right to list them. */
export type StoreVariable = "TRAPLINE_S3_KEY" | "TRAPLINE_S3_SECRET";

/**
 * Opens the store at a place:
 *
 *   DIRECTORY                                        made when something is written
 *   s3://BUCKET[/PREFIX][?endpoint=URL&region=NAME]  credentials from TRAPLINE_S3_KEY and
 *                                                    TRAPLINE_S3_SECRET, else as the AWS SDK finds them
 *
 * @throws BlobError `unusable` with a sentence
 */
export async function openObjects(
  place: string,
  read: (name: StoreVariable) => string | undefined,
): Promise<ObjectStore> {
  if (!/^[a-z][a-z0-9+.-]+:\/\//.test(place)) return new DirectoryObjects(place);
  const url = new URL(place);
  if (url.protocol !== "s3:" || url.hostname === "") {
    throw new BlobError(
      "unusable",
      `there are no stores at ${url.protocol}//: a directory or s3://BUCKET/PREFIX is wanted`,
    );
  }
  const accessKeyId = read("TRAPLINE_S3_KEY");
  const secretAccessKey = read("TRAPLINE_S3_SECRET");
  const endpoint = url.searchParams.get("endpoint") ?? undefined;
  const { S3Objects } = await import("./s3-objects.ts");
  return S3Objects.open({
    bucket: url.hostname,
    prefix: url.pathname.replace(/^\/+|\/+$/g, ""),
    region: url.searchParams.get("region") ?? "us-east-1",
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey } }),
  });
}
