import { BlobError } from "../blob-error.ts";

const keyPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/;

/**
 * Gives back a key that reaches nowhere it should not: no root, no `..`, no hidden file.
 *
 * @throws BlobError `bad-name`
 */
export function checkKey(key: string): string {
  if (key.length > 400 || !keyPattern.test(key)) {
    throw new BlobError("bad-name", `${JSON.stringify(key.slice(0, 100))} is not a key of a store`);
  }
  return key;
}
