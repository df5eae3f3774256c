import { blobHashSchema } from "../schema/blob-hash.ts";
import { BlobError } from "./blob-error.ts";

/**
 * Where a blob lies in a store: `ab/cdef…`.
 *
 * @throws BlobError `bad-name` for what is no hash
 */
export function blobKey(hash: string): string {
  if (!blobHashSchema.safeParse(hash).success) {
    throw new BlobError("bad-name", "a blob's name is 64 lower-case hexadecimal digits");
  }
  return `${hash.slice(0, 2)}/${hash.slice(2)}`;
}
