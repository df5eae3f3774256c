/**
 * What decoded data must look like before anybody uses it: a shape takes an unknown value and gives
 * it back as what it is, or throws a `RangeError` that says where it is something else.
 *
 *     const place = record({ address: integer(0, 2 ** 32), name: text(40) });
 *     place(decoded, "place").address
 *
 * Records have the fields named and no others, so that nothing that was saved is dropped silently.
 */
export type Shape<T> = (value: unknown, path: string) => T;

type Fields = Readonly<Record<string, Shape<unknown>>>;
type Values<F extends Fields> = { readonly [K in keyof F]: ReturnType<F[K]> };

/** A whole number, both bounds included. */
export function integer(least: number, most: number): Shape<number> {
  return (value, path) => {
    if (Number.isSafeInteger(value) && least <= (value as number) && (value as number) <= most) {
      return value as number;
    }
    throw unfit(path, `no whole number from ${least} to ${most}`);
  };
}

/** A number that need not be whole, both bounds included. */
export function number(least: number, most: number): Shape<number> {
  return (value, path) => {
    if (typeof value === "number" && least <= value && value <= most) return value;
    throw unfit(path, `no number from ${least} to ${most}`);
  };
}

export const boolean: Shape<boolean> = (value, path) => {
  if (typeof value === "boolean") return value;
  throw unfit(path, "neither true nor false");
};

/** A string of at most so many UTF-16 code units. */
export function text(longest: number): Shape<string> {
  return (value, path) => {
    if (typeof value === "string" && value.length <= longest) return value;
    throw unfit(path, `no text of at most ${longest} characters`);
  };
}

/** One of a few words. */
export function word<W extends string>(...words: readonly W[]): Shape<W> {
  return (value, path) => {
    const found = words.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    throw unfit(path, `none of ${words.join(", ")}`);
  };
}

export function bytes(fewest: number, most: number = fewest): Shape<Uint8Array> {
  return (value, path) => {
    if (value instanceof Uint8Array && fewest <= value.length && value.length <= most) return value;
    const range = fewest === most ? `${fewest}` : `${fewest} to ${most}`;
    throw unfit(path, `no string of ${range} bytes`);
  };
}

/** A list of `fewest` to `most` items, or of exactly `fewest`. */
export function list<T>(item: Shape<T>, fewest: number, most: number = fewest): Shape<T[]> {
  return (value, path) => {
    if (!Array.isArray(value) || value.length < fewest || value.length > most) {
      const range = fewest === most ? `${fewest}` : `${fewest} to ${most}`;
      throw unfit(path, `no list of ${range} items`);
    }
    return value.map((each, index) => item(each, `${path}[${index}]`));
  };
}

/** Any names, of at most `most`. */
export function named<T>(item: Shape<T>, most: number): Shape<Record<string, T>> {
  return (value, path) => {
    const entries = Object.entries(asRecord(value, path));
    if (entries.length > most) throw unfit(path, `no record of at most ${most} names`);
    return Object.fromEntries(entries.map(([name, each]) => [name, item(each, `${path}.${name}`)]));
  };
}

/** Exactly these fields; of `optional` ones any may be missing. */
export function record<R extends Fields, O extends Fields = Record<never, never>>(
  required: R,
  optional?: O,
): Shape<Values<R> & Partial<Values<O>>> {
  const all: Fields = { ...required, ...optional };
  return (value, path) => {
    const given = asRecord(value, path);
    const stranger = Object.keys(given).find((name) => !Object.hasOwn(all, name));
    if (stranger !== undefined) throw unfit(`${path}.${stranger}`, "nothing that is known");
    const missing = Object.keys(required).find((name) => given[name] === undefined);
    if (missing !== undefined) throw new RangeError(`${path}.${missing} is missing`);
    const entries = Object.entries(given).filter(([, each]) => each !== undefined);
    const values = entries.map(([name, each]) => [name, all[name]?.(each, `${path}.${name}`)]);
    return Object.fromEntries(values) as Values<R> & Partial<Values<O>>;
  };
}

/** Records that tell by one field which of several shapes they have. */
export function variant<T>(tag: string, shapes: Readonly<Record<string, Shape<T>>>): Shape<T> {
  return (value, path) => {
    const name = asRecord(value, path)[tag];
    const shape =
      typeof name === "string" && Object.hasOwn(shapes, name) ? shapes[name] : undefined;
    if (shape !== undefined) return shape(value, path);
    throw unfit(`${path}.${tag}`, `none of ${Object.keys(shapes).join(", ")}`);
  };
}

function asRecord(value: unknown, path: string): Record<string, unknown> {
  const isRecord =
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array);
  if (isRecord) return value as Record<string, unknown>;
  throw unfit(path, "no record");
}

function unfit(path: string, what: string): RangeError {
  return new RangeError(`${path} is ${what}`);
}
