import { parse } from "yaml";
import { z } from "zod";
import { type Step, stepSchema } from "../../../shared/schema/step.ts";
import { type ConsoleStep, Failure } from "../../vmm/mod.ts";
import { readImage } from "./read-image.ts";

/** A list of steps, or an `assignment.yaml`, of which only the steps are read. */
const scriptSchema = z
  .union([z.array(stepSchema), z.looseObject({ steps: z.array(stepSchema) })])
  .transform((script) => (Array.isArray(script) ? script : script.steps));

/**
 * Reads the steps of `--script`: a YAML list in the form of `steps` in an `assignment.yaml`.
 *
 * @throws Failure `script-malformed` with the place of the first fault, or `image-unreadable`
 */
export function readScript(file: string): ConsoleStep[] {
  const text = new TextDecoder().decode(readImage("script", file));
  const result = scriptSchema.safeParse(parseYaml(file, text));
  if (result.success) {
    return result.data.map(toConsoleStep);
  }
  const [fault] = result.error.issues;
  throw malformed(file, `${fault?.path.join(".") ?? ""} ${fault?.message ?? ""}`.trim());
}

function parseYaml(file: string, text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 20 });
  } catch (error) {
    throw malformed(file, error instanceof Error ? error.message : String(error));
  }
}

function malformed(file: string, fault: string): Failure {
  return new Failure(
    "script-malformed",
    `script '${file}': ${fault}`,
    "write a list of steps, each with one of expect, send, exit-code, as in assignment.yaml",
  );
}

function toConsoleStep(step: Step): ConsoleStep {
  const within = step.within ?? 0;
  if (step.expect !== undefined) {
    return { kind: "expect", pattern: step.expect, within };
  }
  if (step.send !== undefined) {
    return { kind: "send", text: step.send };
  }
  return { kind: "exit-code", code: step["exit-code"] ?? 0, within };
}
