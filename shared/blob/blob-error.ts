/** Why a blob could not be stored or read. */
export type BlobErrorCode = "not-found" | "damaged" | "too-large" | "bad-name";

/** A failure of the blob store; `code` tells a caller what to answer. */
export class BlobError extends Error {
  override readonly name = "BlobError";
  readonly code: BlobErrorCode;

  constructor(code: BlobErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
