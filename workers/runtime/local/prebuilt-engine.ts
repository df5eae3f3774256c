/**
 * The engine's module as bytes, where they were written when the program was bundled, which puts a
 * function that reads them in place of this one (`scripts/bundle-program.ts`). A program that runs from
 * its sources writes them itself.
 */
export function prebuiltEngine(): Uint8Array | undefined {
  return undefined;
}
