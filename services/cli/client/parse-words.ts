import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { UsageFailure } from "../usage-failure.ts";

/**
 * Options and operands of a command line; `parseArgs` with failures that a person can use.
 *
 * @param usage one line that shows how to say it
 */
export function parseWords<const O extends ParseArgsOptionsConfig>(
  words: readonly string[],
  options: O,
  usage: string,
) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  } catch (error) {
    const [sentence = "the command line cannot be read"] = (
      error instanceof Error ? error.message : String(error)
    ).split(/\. |\n/, 1);
    throw new UsageFailure("command-line", sentence, `usage: ${usage}`);
  }
}
