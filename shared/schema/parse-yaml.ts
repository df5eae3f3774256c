import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { AssignmentError, type AssignmentFault } from "./assignment-error.ts";

const largest = 256 * 1024;

/**
 * Reads a YAML file that people write.
 *
 * @param file name to show in messages
 * @param schemaFor the form that the file should have, by what stands in it
 * @throws AssignmentError with every fault found, each at its line, column and field
 */
export function parseYaml<Value>(
  text: string,
  file: string,
  schemaFor: (value: unknown) => z.ZodType<Value>,
): Value {
  if (text.length > largest) {
    throw new AssignmentError(file, [at(1, 1, "", "is larger than 256 KiB")]);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: true,
    prettyErrors: false,
  });
  if (document.errors.length > 0) {
    throw new AssignmentError(
      file,
      document.errors.map((error) => {
        const { line, col } = lines.linePos(error.pos[0]);
        return at(line, col, "", error.message);
      }),
    );
  }
  const value = readPlain(file, () => document.toJS({ maxAliasCount: 20 }));
  const result = schemaFor(value).safeParse(value);
  if (result.success) {
    return result.data;
  }
  throw new AssignmentError(
    file,
    result.error.issues.flatMap((issue) => {
      const path = issue.path.filter((part) => typeof part !== "symbol");
      const fields =
        issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...path, key]) : [path];
      return fields.map((field) => {
        const { line, col } = lines.linePos(offsetOf(document.contents, field));
        const words = issue.code === "unrecognized_keys" ? "is not a known field" : issue.message;
        return at(line, col, fieldName(field), words);
      });
    }),
  );
}

function readPlain(file: string, read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AssignmentError(file, [at(1, 1, "", reason)]);
  }
}

/** The offset of the field's key, or of the nearest enclosing node that exists. */
function offsetOf(root: unknown, path: readonly (string | number)[]): number {
  let node: unknown = root;
  let offset = isNode(root) ? (root.range?.[0] ?? 0) : 0;
  for (const part of path) {
    const next = child(node, part);
    if (next === undefined) {
      break;
    }
    offset = next.offset;
    node = next.node;
  }
  return offset;
}

function child(
  node: unknown,
  part: string | number,
): { offset: number; node: unknown } | undefined {
  if (isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === part);
    if (!isPair(pair) || !isNode(pair.key)) {
      return undefined;
    }
    return { offset: pair.key.range?.[0] ?? 0, node: pair.value };
  }
  if (node !== null && typeof node === "object" && "items" in node && Array.isArray(node.items)) {
    const item: unknown = node.items[Number(part)];
    return isNode(item) ? { offset: item.range?.[0] ?? 0, node: item } : undefined;
  }
  return undefined;
}

function fieldName(path: readonly (string | number)[]): string {
  return path
    .map((part, index) =>
      typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`,
    )
    .join("");
}

function at(line: number, column: number, field: string, message: string): AssignmentFault {
  return { line, column, field, message };
}
