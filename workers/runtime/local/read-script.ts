import { z } from "zod";
import { AssignmentError } from "../../../shared/schema/assignment-error.ts";
import { parseYaml } from "../../../shared/schema/parse-yaml.ts";
import { stepSchema } from "../../../shared/schema/step.ts";
import { type ConsoleStep, Failure } from "../../vmm/mod.ts";
import { toConsoleStep } from "../to-console-step.ts";
import { readImage } from "./read-image.ts";

const listSchema = z.array(stepSchema).min(1, "must have at least one step");
/** Of an `assignment.yaml` only the steps are read. */
const assignmentSchema = z.looseObject({ steps: listSchema }).transform(({ steps }) => steps);

/**
 * Reads the steps of `--script`: a YAML list in the form of `steps` in an `assignment.yaml`, or a
 * whole `assignment.yaml`.
 *
 * @throws Failure `script-malformed` with line and column of each fault, or `image-unreadable`
 */
export function readScript(file: string): ConsoleStep[] {
  const text = new TextDecoder().decode(readImage("script", file));
  try {
    return parseYaml(text, file, schemaFor).map(toConsoleStep);
  } catch (error) {
    if (error instanceof AssignmentError) {
      throw new Failure(
        "script-malformed",
        `the script cannot be used:\n${error.message}`,
        "write a list of steps, each with one of expect, send, exit-code, as in assignment.yaml",
      );
    }
    throw error;
  }
}

function schemaFor(value: unknown) {
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  return isMap ? assignmentSchema : listSchema;
}
