import { nearestName } from "../nearest-name.ts";
import { UsageFailure } from "../usage-failure.ts";
import { absentOptions } from "./absent-options.ts";
import { type Draft, emptyDraft } from "./draft.ts";
import type { Option } from "./option.ts";
import { options } from "./options.ts";
import { optionsHelp } from "./options-help.ts";

const helpNames = ["h", "help"];
const byName = new Map(options.flatMap((option) => option.names.map((name) => [name, option])));
const knownNames = [...byName.keys(), "help"];

/**
 * Reads the words behind `trapline qemu`. One or two dashes are the same, as under QEMU; of an
 * option that is given twice the last counts, unless the option adds up.
 *
 * @throws UsageFailure and nothing else, whatever the words are
 */
export function parseOptions(words: readonly string[]): Draft {
  const draft = emptyDraft();
  const rest = words.values();
  for (const word of rest) {
    const { option, inlineValue } = findOption(word);
    if (option === undefined) {
      draft.information = optionsHelp();
      continue;
    }
    if (option.value === undefined) {
      option.set(draft, "");
      continue;
    }
    const value = inlineValue ?? rest.next().value;
    if (value === undefined) {
      throw new UsageFailure(
        "value-missing",
        `${word}: a value is missing`,
        `write ${word} ${option.value}`,
      );
    }
    setOption(draft, option, inlineValue === undefined ? `${word} ${value}` : word, value);
  }
  return draft;
}

interface FoundOption {
  /** Absent for the help. */
  readonly option: Option | undefined;
  readonly inlineValue?: string;
}

function findOption(word: string): FoundOption {
  const [, name] = /^--?([^-].*)$/s.exec(word) ?? [];
  if (name === undefined) {
    throw new UsageFailure(
      "argument-unexpected",
      `'${word}' is not an option`,
      "options start with a dash; give disk images with -drive and kernels with -kernel",
    );
  }
  const equals = name.indexOf("=");
  const stem = equals < 0 ? name : name.slice(0, equals);
  const option = byName.get(stem);
  if (helpNames.includes(name)) {
    return { option: undefined };
  }
  if (option !== undefined && equals < 0) {
    return { option };
  }
  if (option?.isOwn && option.value !== undefined) {
    return { option, inlineValue: name.slice(equals + 1) };
  }
  if (option !== undefined) {
    throw new UsageFailure(
      "option-with-equals",
      `${word}: -${stem} does not take '='`,
      option.value === undefined ? `write -${stem}` : `write -${stem} ${option.value}`,
    );
  }
  const absent = absentOptions.get(stem);
  if (absent !== undefined) {
    throw new UsageFailure("option-unsupported", `-${stem}: ${absent.why}`, absent.hint);
  }
  throw new UsageFailure(
    "option-unknown",
    `${word}: unknown option; the nearest known one is ${dashed(nearestName(stem, knownNames))}`,
    "`trapline qemu -help` lists all options",
  );
}

function dashed(name: string): string {
  return byName.get(name)?.isOwn ? `--${name}` : `-${name}`;
}

function setOption(draft: Draft, option: Option, words: string, value: string): void {
  try {
    option.set(draft, value);
  } catch (error) {
    if (error instanceof UsageFailure) {
      throw new UsageFailure(error.code, `${words}: ${error.message}`, error.hint);
    }
    throw error;
  }
}
