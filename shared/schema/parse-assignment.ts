import { type Assignment, assignmentSchema } from "./assignment.ts";
import { parseYaml } from "./parse-yaml.ts";

/**
 * Reads `assignment.yaml`.
 *
 * @param file name to show in messages
 * @throws AssignmentError with every fault found, each at its line, column and field
 */
export function parseAssignment(text: string, file: string): Assignment {
  return parseYaml(text, file, () => assignmentSchema);
}
