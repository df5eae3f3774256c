import type { Bytes } from "../base/units.ts";
import { MigrationProblem } from "./migration-problem.ts";
import { type MessageOf, mostCarried } from "./protocol.ts";

type Part = MessageOf<"part">;

/** Far more than a machine's state or the code of a worker takes. */
const mostTotal: Bytes = 2 ** 28;

/** Cuts what is longer than a message. */
export function* partsOf(name: Part["name"], bytes: Uint8Array): Generator<Part> {
  const total = bytes.length;
  for (let offset = 0; offset === 0 || offset < total; offset += mostCarried / 4) {
    const data = bytes.subarray(offset, offset + mostCarried / 4);
    yield { kind: "part", name, offset, total, data };
  }
}

/** Puts it together again. Takes room for what has come, not for what was announced. */
export class PartCollector {
  readonly #pieces = new Map<Part["name"], { total: Bytes; length: Bytes; list: Uint8Array[] }>();

  /**
   * @returns all of it when this was the last piece
   * @throws MigrationProblem `migration-message-malformed`
   */
  add({ name, offset, total, data }: Part): Uint8Array | undefined {
    const known = this.#pieces.get(name) ?? { total, length: 0, list: [] };
    const end = offset + data.length;
    if (known.total !== total || known.length !== offset || end > total || total > mostTotal) {
      throw new MigrationProblem("migration-message-malformed", `a part of ${name} does not fit`);
    }
    // Frames are the channel's, so nothing is kept of them.
    known.list.push(data.slice());
    known.length = end;
    this.#pieces.set(name, known);
    if (end < total) return undefined;
    this.#pieces.delete(name);
    const whole = new Uint8Array(total);
    let at = 0;
    for (const piece of known.list) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }
}
