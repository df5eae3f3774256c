import { decodeValue, encodeValue } from "../../vmm/mod.ts";

/** Sections of a run that moves, by name, as one piece. */
export function encodeSections(sections: ReadonlyMap<string, Uint8Array>): Uint8Array {
  return encodeValue(Object.fromEntries(sections));
}

/** @throws Error for what is nothing of the kind */
export function decodeSections(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const value: unknown = decodeValue(bytes);
  if (typeof value !== "object" || value === null) throw new Error("these are no sections");
  const sections = new Map<string, Uint8Array>();
  for (const [name, section] of Object.entries(value)) {
    if (!(section instanceof Uint8Array)) throw new Error(`${name} is no section`);
    sections.set(name, section);
  }
  return sections;
}
