/** The generator's four words. */
export type RandomStreamState = readonly [number, number, number, number];

/**
 * A deterministic stream of random 32-bit words: xoshiro128** (Blackman and Vigna 2018), seeded by
 * SplitMix32. Good enough for a guest's entropy pool in a run that must be repeatable; not a secret.
 */
export class RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  private constructor([a, b, c, d]: RandomStreamState) {
    this.#a = a | 0;
    this.#b = b | 0;
    this.#c = c | 0;
    this.#d = d | 0;
  }

  /** @param seed any number; its low 32 bits count */
  static fromSeed(seed: number): RandomStream {
    const words = [1, 2, 3, 4].map((index) => scramble((seed + index * 0x9e3779b9) | 0));
    const [a = 0, b = 0, c = 0, d = 0] = words;
    return new RandomStream([a, b, c, d]);
  }

  static restore(state: RandomStreamState): RandomStream {
    return new RandomStream(state);
  }

  /** The next word, unsigned. */
  next(): number {
    const product = Math.imul(this.#b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9);
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result >>> 0;
  }

  /** Fills `target`, four bytes of each word in little-endian order. */
  fill(target: Uint8Array): void {
    let word = 0;
    for (let index = 0; index < target.length; index++) {
      word = index % 4 === 0 ? this.next() : word >>> 8;
      target[index] = word;
    }
  }

  save(): RandomStreamState {
    return [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#d >>> 0];
  }
}

/** The finaliser of MurmurHash3: neighbouring seeds give unrelated words, and not all four are 0. */
function scramble(word: number): number {
  const once = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return twice ^ (twice >>> 16);
}
