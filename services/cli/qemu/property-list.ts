import { nearestName } from "../nearest-name.ts";
import { UsageFailure } from "../usage-failure.ts";
import { parseChoice } from "./parse-choice.ts";

/** One `name=value` of an option such as `-drive`. */
export interface Property<Draft> {
  readonly name: string;
  /** What may stand behind `=`, for the help. */
  readonly value: string;
  readonly set: (draft: Draft, value: string) => void;
}

/**
 * Reads QEMU's `a=1,b=2` into a draft.
 *
 * `,,` stands for a comma inside a value; a bare `name` means `name=on` and a bare `noname` means
 * `name=off`, except that the first item is the value of `implied` when there is such a property.
 *
 * @param owner what the properties belong to, for the message
 * @throws UsageFailure for a property that is not in the table, naming the nearest one
 */
export function readProperties<Draft>(
  owner: string,
  text: string,
  table: readonly Property<Draft>[],
  draft: Draft,
  implied?: string,
): void {
  for (const [index, item] of splitItems(text).entries()) {
    const [name, value] = nameAndValue(item, index === 0 ? implied : undefined, table);
    const property = table.find((known) => known.name === name);
    if (property === undefined) {
      throw unknownProperty(owner, name, table);
    }
    property.set(draft, value);
  }
}

/** A property that this machine has with one value only; others are refused. */
export function fixedProperty<Draft>(
  name: string,
  words: readonly string[],
  why: string,
): Property<Draft> {
  return {
    name,
    value: words.join("|"),
    set: (_draft, value) => {
      if (!words.includes(value)) {
        throw new UsageFailure(
          "value-unsupported",
          `${name}=${value} is not supported: ${why}`,
          `leave it out or write ${name}=${words[0]}`,
        );
      }
    },
  };
}

/** A property of QEMU that this machine cannot have, whatever its value. */
export function refusedProperty<Draft>(name: string, why: string, hint: string): Property<Draft> {
  return {
    name,
    value: "…",
    set: () => {
      throw new UsageFailure("value-unsupported", `${name}= is not supported: ${why}`, hint);
    },
  };
}

/** A property that says how the host should work; accepted and without effect here. */
export function hostProperty<Draft>(name: string, words: readonly string[]): Property<Draft> {
  return {
    name,
    value: words.join("|"),
    set: (_draft, value) => {
      parseChoice(`${name} value`, words, value);
    },
  };
}

function splitItems(text: string): string[] {
  const items: string[] = [];
  let item = "";
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] !== ",") {
      item += text[index];
    } else if (text[index + 1] === ",") {
      item += ",";
      index += 1;
    } else {
      items.push(item);
      item = "";
    }
  }
  items.push(item);
  return items;
}

function nameAndValue<Draft>(
  item: string,
  implied: string | undefined,
  table: readonly Property<Draft>[],
): [name: string, value: string] {
  const equals = item.indexOf("=");
  if (equals >= 0) {
    return [item.slice(0, equals), item.slice(equals + 1)];
  }
  if (implied !== undefined) {
    return [implied, item];
  }
  const positive = item.startsWith("no") ? item.slice(2) : undefined;
  if (positive !== undefined && table.some(({ name }) => name === positive)) {
    return [positive, "off"];
  }
  return [item, "on"];
}

function unknownProperty<Draft>(
  owner: string,
  name: string,
  table: readonly Property<Draft>[],
): UsageFailure {
  const names = table.map((known) => known.name);
  return new UsageFailure(
    "property-unknown",
    `${owner} has no property '${name}'; the nearest known one is '${nearestName(name, names)}'`,
    `${owner} has ${names.join(", ")}`,
  );
}
