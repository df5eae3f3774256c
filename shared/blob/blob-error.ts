/** Why a blob could not be stored or read. */
export type BlobErrorCode =
  /** There is no such blob, page, checkpoint. */
  | "not-found"
  /** What is stored is not what its name promises; the message names it. */
  | "damaged"
  | "too-large"
  | "bad-name"
  /** The writer's epoch is over: another one owns the run. It has to stop. */
  | "stale"
  /** What the writer built on was collected meanwhile: it has to put its pages again. */
  | "collected"
  /** A limit on stored bytes would be passed; the message says which, and what to do. */
  | "over-quota"
  /** Another collection is under way. */
  | "busy"
  /** The store cannot do what is needed of it, or is not set up; the message says what to do. */
  | "unusable";

/** A failure of the blob store; `code` tells a caller what to answer. */
export class BlobError extends Error {
  override readonly name = "BlobError";
  readonly code: BlobErrorCode;

  constructor(code: BlobErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
