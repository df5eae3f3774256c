/**
 * One program that manages the run over QMP, QEMU's protocol of JSON texts: a greeting, commands and
 * their answers in order, events in between.
 *
 *     {"QMP": {…}}                      ◀ greeting
 *     {"execute": "qmp_capabilities"}   ▶ before anything else
 *     {"return": {}}                    ◀
 *
 * Whatever comes in is answered, at worst with an error in QMP's shape; nothing is thrown.
 */
import { MonitorConsole } from "../monitor-console.ts";
import { qemuLikeness } from "../qemu-likeness.ts";
import type { RunControl } from "../run-control.ts";
import type { RunEvent } from "../run-event.ts";
import { JsonSplitter } from "./json-splitter.ts";
import { type QmpCommand, qmpCommands } from "./qmp-commands.ts";
import { QmpError } from "./qmp-error.ts";
import { isObject, parseRequest, type QmpRequest } from "./qmp-request.ts";

/** What the session needs of its surroundings. */
export interface QmpPorts {
  readonly send: (text: string) => void;
  /** The host's clock, for events: milliseconds since 1970. */
  readonly now: () => number;
  readonly pid: number;
  /** Whether answers are to be read by people. */
  readonly isPretty?: boolean;
}

const negotiation = "qmp_capabilities";

export class QmpSession {
  readonly #control: RunControl;
  readonly #console: MonitorConsole;
  readonly #ports: QmpPorts;
  readonly #splitter = new JsonSplitter();
  readonly #decoder = new TextDecoder();
  readonly #stopWatching: () => void;
  #hasNegotiated = false;

  constructor(control: RunControl, ports: QmpPorts) {
    this.#control = control;
    this.#console = new MonitorConsole(control);
    this.#ports = ports;
    this.#stopWatching = control.watch((event) => this.#onEvent(event));
    const { numbers, packageWords } = qemuLikeness;
    this.#send({
      QMP: { version: { qemu: numbers, package: packageWords }, capabilities: [] },
    });
  }

  receive(bytes: Uint8Array): void {
    for (const piece of this.#splitter.read(this.#decoder.decode(bytes, { stream: true }))) {
      if (piece.kind === "text") this.#answer(piece.text);
      else this.#refuse(new QmpError(`JSON parse error, ${piece.why}`), undefined);
    }
  }

  leave(): void {
    this.#stopWatching();
  }

  #answer(text: string): void {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      this.#refuse(new QmpError("JSON parse error, invalid text"), undefined);
      return;
    }
    const id = isObject(value) ? value.id : undefined;
    try {
      const result = this.#execute(parseRequest(value));
      this.#send({ return: result, ...(id === undefined ? {} : { id }) });
    } catch (error) {
      if (!(error instanceof QmpError)) throw error;
      this.#refuse(error, id);
    }
  }

  #execute({ command, arguments: values }: QmpRequest): unknown {
    if (command === negotiation) {
      if (this.#hasNegotiated) {
        const why = "Capabilities negotiation is already complete, command ignored";
        throw new QmpError(why, "CommandNotFound");
      }
      this.#negotiate(values);
      return {};
    }
    if (!this.#hasNegotiated) {
      const why = `Expecting capabilities negotiation with '${negotiation}'`;
      throw new QmpError(why, "CommandNotFound");
    }
    const known = qmpCommands.get(command);
    if (known === undefined) {
      throw new QmpError(`The command ${command} has not been found`, "CommandNotFound");
    }
    checkArguments(known, values);
    const { pid } = this.#ports;
    return known.run({ control: this.#control, console: this.#console, process: { pid } }, values);
  }

  #negotiate(values: QmpRequest["arguments"]): void {
    for (const name of Object.keys(values)) {
      if (name !== "enable") throw new QmpError(`Parameter '${name}' is unexpected`);
    }
    const { enable = [] } = values;
    if (!Array.isArray(enable)) {
      throw new QmpError("Invalid parameter type for 'enable', expected: array");
    }
    if (enable.length > 0) throw new QmpError("There are no capabilities to enable");
    this.#hasNegotiated = true;
  }

  #refuse(error: QmpError, id: unknown): void {
    const description = { class: error.class, desc: error.message };
    this.#send({ error: description, ...(id === undefined ? {} : { id }) });
  }

  #onEvent(event: RunEvent): void {
    if (!this.#hasNegotiated) return;
    const milliseconds = this.#ports.now();
    const timestamp = {
      seconds: Math.floor(milliseconds / 1000),
      microseconds: Math.floor((milliseconds % 1000) * 1000),
    };
    const data = dataOf(event);
    this.#send({
      timestamp,
      event: event.kind.toUpperCase(),
      ...(data === undefined ? {} : { data }),
    });
  }

  #send(value: object): void {
    const text = JSON.stringify(value, undefined, this.#ports.isPretty === true ? 4 : undefined);
    this.#ports.send(`${text}\r\n`);
  }
}

function dataOf(event: RunEvent): object | undefined {
  switch (event.kind) {
    case "reset": {
      const reason = event.isByGuest ? "guest-reset" : "host-qmp-system-reset";
      return { guest: event.isByGuest, reason };
    }
    case "shutdown":
      return { guest: event.isByGuest, reason: event.reason };
    default:
      return undefined;
  }
}

/** @throws QmpError with QEMU's sentence */
function checkArguments({ parameters }: QmpCommand, values: QmpRequest["arguments"]): void {
  for (const name of Object.keys(values)) {
    if (!Object.hasOwn(parameters, name)) {
      throw new QmpError(`Parameter '${name}' is unexpected`);
    }
  }
  for (const [name, type] of Object.entries(parameters)) {
    const value = values[name];
    if (value === undefined) {
      if (type === "optional int") continue;
      throw new QmpError(`Parameter '${name}' is missing`);
    }
    const isRight = type === "string" ? typeof value === "string" : Number.isSafeInteger(value);
    if (!isRight) {
      const expected = type === "string" ? "string" : "integer";
      throw new QmpError(`Invalid parameter type for '${name}', expected: ${expected}`);
    }
  }
}
