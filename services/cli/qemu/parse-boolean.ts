import { UsageFailure } from "../usage-failure.ts";

const truths = ["on", "yes", "true", "y"];
const falsehoods = ["off", "no", "false", "n"];

/** The words that QEMU accepts for a boolean property. @throws UsageFailure */
export function parseBoolean(text: string): boolean {
  if (truths.includes(text)) {
    return true;
  }
  if (falsehoods.includes(text)) {
    return false;
  }
  throw new UsageFailure("boolean-malformed", `'${text}' is neither on nor off`, "write on or off");
}
