/** A seed of 32 bits from the host's generator, for machines whose runs need not be repeatable. */
export function entropySeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}
