import { Failure } from "../base/failure.ts";

/**
 * Lets a part of a saved machine be used, and tells where what does not fit lies: what the body
 * throws as a `RangeError` becomes the failure `snapshot-damaged`, with the section's name.
 */
export function inSection<T>(section: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw damagedSection(section, error.message);
  }
}

/** @param what a clause that says what is wrong */
export function damagedSection(section: string, what: string): Failure {
  return new Failure(
    "snapshot-damaged",
    `The snapshot cannot be used: in its section "${section}", ${what}.`,
    "Use another copy or an earlier checkpoint; `trapline snapshot verify` says which are whole.",
  );
}
