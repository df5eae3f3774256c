import type { Property } from "./property-list.ts";

/** A property whose text is kept under its name, to be looked at when all are known. */
export function textProperty(name: string, value: string): Property<Map<string, string>> {
  return {
    name,
    value,
    set: (texts, text) => {
      texts.set(name, text);
    },
  };
}
