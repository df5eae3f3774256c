/**
 * Durations on a logarithmic scale, as in HdrHistogram (G. Tene): sixteen buckets to an octave, so
 * that a value is known to one part in sixteen, whatever its size. Histograms of the same kind can be
 * added: those of a run that moved are the sum of those of its stays.
 *
 *     const times = new LogHistogram();
 *     times.record(130, 64);          // one sample that stands for 64
 *     times.quantile(0.99);
 */
import type { Nanoseconds } from "./units.ts";

const perOctaveLog2 = 4;
const perOctave = 2 ** perOctaveLog2;
/** Up to 2^44 ns, which is five hours; longer ones count as that. */
const octaves = 44;
const buckets = (octaves - perOctaveLog2 + 1) * perOctave;

/** Plain data: `counts` by bucket, those with nothing in them left out. */
export interface LogHistogramState {
  readonly counts: readonly (readonly [bucket: number, count: number])[];
  readonly sum: Nanoseconds;
  readonly least: Nanoseconds;
  readonly most: Nanoseconds;
  /** How many values were recorded, whatever they stand for. */
  readonly samples: number;
}

export class LogHistogram {
  readonly #counts = new Float64Array(buckets);
  #count = 0;
  #sum: Nanoseconds = 0;
  #least: Nanoseconds = Number.POSITIVE_INFINITY;
  #most: Nanoseconds = 0;
  #samples = 0;

  /** @throws RangeError for what is no state of a histogram */
  static from(state: LogHistogramState): LogHistogram {
    const histogram = new LogHistogram();
    histogram.add(state);
    return histogram;
  }

  /** How many values there are, by their weights. */
  get count(): number {
    return this.#count;
  }

  get samples(): number {
    return this.#samples;
  }

  /** Of all values, by their weights. */
  get sum(): Nanoseconds {
    return this.#sum;
  }

  get mean(): Nanoseconds {
    return this.#count === 0 ? 0 : this.#sum / this.#count;
  }

  /** Of the recorded values; 0 where there are none. */
  get least(): Nanoseconds {
    return this.#samples === 0 ? 0 : this.#least;
  }

  get most(): Nanoseconds {
    return this.#most;
  }

  /** @param weight how many values this one stands for @param samples 0 where it was not seen, but is supposed */
  record(value: Nanoseconds, weight = 1, samples = 1): void {
    const time = Math.max(0, value);
    this.#counts[bucketOf(time)] = (this.#counts[bucketOf(time)] as number) + weight;
    this.#count += weight;
    this.#sum += time * weight;
    this.#least = Math.min(this.#least, time);
    this.#most = Math.max(this.#most, time);
    this.#samples += samples;
  }

  /**
   * The value below which a share of the values lies, to one part in sixteen; 0 where there are none.
   *
   * @param share from 0 to 1
   */
  quantile(share: number): Nanoseconds {
    if (this.#count === 0) return 0;
    const rank = share * this.#count;
    let before = 0;
    for (const [bucket, count] of this.#counts.entries()) {
      before += count;
      if (count > 0 && before >= rank) {
        const middle = (lowestOf(bucket) + lowestOf(bucket + 1)) / 2;
        return Math.min(Math.max(middle, this.#least), this.#most);
      }
    }
    return this.#most;
  }

  /** Bounds and counts of the buckets that hold something, in order. */
  *filled(): Generator<{ readonly from: Nanoseconds; readonly to: Nanoseconds; count: number }> {
    for (const [bucket, count] of this.#counts.entries()) {
      if (count > 0) yield { from: lowestOf(bucket), to: lowestOf(bucket + 1), count };
    }
  }

  save(): LogHistogramState {
    return {
      counts: [...this.#counts.entries()].filter(([, count]) => count > 0),
      sum: this.#sum,
      least: this.least,
      most: this.#most,
      samples: this.#samples,
    };
  }

  /** @throws RangeError for what is no state of a histogram; nothing is added then */
  add({ counts, sum, least, most, samples }: LogHistogramState): void {
    const isNumber = (value: number) => Number.isFinite(value) && value >= 0;
    const isBucket = ([bucket, count]: readonly [number, number]) =>
      Number.isInteger(bucket) && bucket >= 0 && bucket < buckets && isNumber(count);
    if (!counts.every(isBucket) || ![sum, least, most, samples].every(isNumber)) {
      throw new RangeError("this is no histogram");
    }
    if (samples === 0) return;
    for (const [bucket, count] of counts) {
      this.#counts[bucket] = (this.#counts[bucket] as number) + count;
      this.#count += count;
    }
    this.#sum += sum;
    this.#samples += samples;
    this.#least = Math.min(this.#least, least);
    this.#most = Math.max(this.#most, most);
  }
}

/** Below two octaves' worth a bucket for each number, then sixteen for each doubling. */
function bucketOf(value: Nanoseconds): number {
  const whole = Math.floor(value);
  if (whole < perOctave) return whole;
  if (whole >= 2 ** octaves) return buckets - 1;
  const octave = Math.floor(Math.log2(whole));
  const inOctave = Math.floor(whole / 2 ** (octave - perOctaveLog2)) - perOctave;
  return (octave - perOctaveLog2 + 1) * perOctave + inOctave;
}

function lowestOf(bucket: number): Nanoseconds {
  if (bucket < perOctave) return bucket;
  const octave = Math.floor(bucket / perOctave) - 1;
  return (perOctave + (bucket % perOctave)) * 2 ** octave;
}
