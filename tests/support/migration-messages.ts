import fc from "fast-check";
import {
  type Message,
  messageFields,
  migrationModes,
} from "../../workers/vmm/migration/protocol.ts";

const count = fc.oneof(fc.nat(), fc.maxSafeNat());
const name = fc.string({ unit: "grapheme-ascii", maxLength: 200 });
const data = fc.uint8Array({ maxLength: 300 });

/** Arbitraries for the fields of each kind of message. */
const fields: { readonly [K in Message["kind"]]: Record<string, fc.Arbitrary<unknown>> } = {
  hello: {
    ...{ least: count, newest: count, run: name, epoch: count, token: name, ramPages: count },
    mode: fc.constantFrom(...migrationModes),
    contents: fc.array(name, { maxLength: 64 }),
    compressions: fc.array(name, { maxLength: 16 }),
  },
  welcome: { version: count, owner: name, contents: fc.array(count), compression: name },
  pages: { purpose: fc.constantFrom("precopy", "stopped", "postcopy"), size: count, data },
  round: { round: count },
  received: { round: count },
  part: {
    name: fc.constantFrom("code", "driver", "state", "stage"),
    offset: count,
    total: count,
    data,
  },
  handover: {},
  ready: {},
  go: {},
  running: { epoch: count },
  demand: { page: count },
  complete: {},
  abort: { reason: name },
};

/** Any message that a side of a migration may send. */
export const anyMessage: fc.Arbitrary<Message> = fc.oneof(
  ...(Object.keys(messageFields) as Message["kind"][]).map(
    (kind) => fc.record({ kind: fc.constant(kind), ...fields[kind] }) as fc.Arbitrary<Message>,
  ),
);
