import { QmpError } from "./qmp-error.ts";

/** A command as it came in, its arguments not yet looked at. */
export interface QmpRequest {
  readonly command: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @throws QmpError with QEMU's sentence */
export function parseRequest(value: unknown): QmpRequest {
  if (!isObject(value)) throw new QmpError("QMP input must be a JSON object");
  for (const name of Object.keys(value)) {
    if (!["execute", "arguments", "id"].includes(name)) {
      throw new QmpError(`QMP input member '${name}' is unexpected`);
    }
  }
  if (!Object.hasOwn(value, "execute")) throw new QmpError("QMP input lacks member 'execute'");
  const { execute: command, arguments: given = {} } = value;
  if (typeof command !== "string") {
    throw new QmpError("QMP input member 'execute' must be a string");
  }
  if (!isObject(given)) throw new QmpError("QMP input member 'arguments' must be an object");
  return { command, arguments: given };
}
