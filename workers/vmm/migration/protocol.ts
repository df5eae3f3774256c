/**
 * What the two workers of a migration say to each other.
 *
 * ```
 * source                                     destination
 *   │ hello ─────────────────────────────────▶ │  versions, run, epoch, token, contents on offer
 *   │ ◀─────────────────────────────── welcome │  the version, the contents that it has
 *   │ pages … round ─────────────────────────▶ │  the guest runs on; as many rounds as it takes
 *   │ ◀────────────────────────────── received │
 *   │ part (code) … ─────────────────────────▶ │  translated code, at any time
 *   │ part (stage) … ────────────────────────▶ │  the state in a round: what takes long is made of it
 *   │ part (ahead) … ────────────────────────▶ │  of what the driver says, what is large
 *   ╪ the guest stops                          │
 *   │ pages … part (driver, state) … handover ▶│  makes the machine; state: what is new since stage
 *   │ ◀───────────────────────────────── ready │
 *   │ go ────────────────────────────────────▶ │  from here the source does not run unasked
 *   │                                          │  compareAndSet(run, epoch, destination)
 *   │                                          ╪  the guest runs
 *   │ ◀─────────────────────────────── running │
 *   │ ◀──────────────────────────────── demand │  post-copy: pages that were left behind
 *   │ pages … ───────────────────────────────▶ │
 *   │ ◀────────────────────────────── complete │  all pages are there
 * ```
 * Each side may say `abort` instead. States, their transitions and what either side does where the
 * other is not heard of any more: `source-states.ts`, `destination-states.ts`.
 *
 * A message is one byte for its kind and its fields in the order below, numbers as LEB128. It travels
 * in a frame (`frames.ts`). `hello` stays as it is for ever, so that workers of different versions
 * understand each other far enough to refuse.
 */
import type { Bytes } from "../base/units.ts";
import { ByteWriter } from "../base/wasm/byte-writer.ts";
import { ByteReader } from "./byte-reader.ts";
import { bytes, count, type Field, list, text, word } from "./message-fields.ts";
import { MigrationProblem } from "./migration-problem.ts";

/** Versions of the protocol that this side speaks. */
export const protocolVersions = { least: 1, newest: 3 } as const;
/** From this one on the destination prepares the machine before the guest stops. */
export const stagingVersion = 2;
/** From this one on some of what the driver says may come before the guest stops. */
export const aheadVersion = 3;

/** The most that one message carries of pages or of a part. */
export const mostCarried: Bytes = 2 ** 20;

export const migrationModes = ["precopy", "postcopy", "hybrid"] as const;
export type MigrationMode = (typeof migrationModes)[number];

/** Why pages are sent: `precopy` while the guest runs here, `stopped`, `postcopy` while it runs there. */
const purposes = ["precopy", "stopped", "postcopy"] as const;
export type PagesPurpose = (typeof purposes)[number];

const name = text(200);

/** By kind. The position in this table is the kind's number: add at the end only. */
export const messageFields = {
  hello: {
    ...{ least: count, newest: count, run: name, epoch: count, token: text(4000) },
    ...{ mode: word(...migrationModes), ramPages: count },
    /** Names of contents (of templates, checkpoints) by which the source can say what a page holds. */
    contents: list(name, 64),
    /** Names of the compressions that the source can do. */
    compressions: list(name, 16),
  },
  welcome: {
    ...{ version: count, owner: name },
    /** Places in `hello.contents` of those that the destination has. */
    contents: list(count, 64),
    /** One of `hello.compressions`, or nothing. */
    compression: name,
  },
  /** A batch of pages in the encoding of `page-batch.ts`, compressed where `size` is not 0. */
  pages: {
    purpose: word(...purposes),
    /** Bytes when it is not compressed any more. */
    size: count,
    data: bytes(mostCarried + 2 ** 16),
  },
  round: { round: count },
  received: { round: count },
  part: {
    name: word("code", "driver", "state", "stage", "ahead"),
    offset: count,
    total: count,
    data: bytes(mostCarried),
  },
  handover: {},
  ready: {},
  go: {},
  running: { epoch: count },
  demand: { page: count },
  complete: {},
  abort: { reason: text(1000) },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Field<unknown>>>>>;

type MessageFields = typeof messageFields;
export type MessageKind = keyof MessageFields;
type ValueOf<F> = F extends Field<infer T> ? T : never;

export type MessageOf<K extends MessageKind> = { readonly kind: K } & {
  readonly [F in keyof MessageFields[K]]: ValueOf<MessageFields[K][F]>;
};
export type Message = { [K in MessageKind]: MessageOf<K> }[MessageKind];

export const messageKinds = Object.keys(messageFields) as readonly MessageKind[];

/** What a message without content takes, nearly always. */
const fewBytes: Bytes = 256;

/** @param head bytes of zeros that are to stand before it */
export function encodeMessage(message: Message, head: Bytes = 0): Uint8Array<ArrayBuffer> {
  const content = "data" in message ? message.data.length : 0;
  const writer = new ByteWriter(head + content + fewBytes);
  for (let left = head; left > 0; left--) writer.byte(0);
  writer.byte(messageKinds.indexOf(message.kind));
  for (const [field, { write }] of fieldsOf(message.kind)) {
    write(writer, (message as unknown as Record<string, unknown>)[field]);
  }
  return writer.view();
}

/**
 * Bytes in it are views.
 *
 * @throws MigrationProblem `migration-message-malformed`
 */
export function decodeMessage(encoded: Uint8Array): Message {
  const reader = new ByteReader(encoded);
  const number = reader.byte();
  const kind = messageKinds[number];
  if (kind === undefined) throw reader.problem(`there is no kind of message ${number}`);
  const fields = fieldsOf(kind).map(([field, { read }]) => [field, read(reader)] as const);
  reader.end();
  return { kind, ...Object.fromEntries(fields) } as unknown as Message;
}

/**
 * The newest version that both sides speak.
 *
 * @throws MigrationProblem `migration-version-unknown`
 */
export function negotiateVersion(
  theirs: { readonly least: number; readonly newest: number },
  ours: { readonly least: number; readonly newest: number } = protocolVersions,
): number {
  const version = Math.min(theirs.newest, ours.newest);
  if (version >= theirs.least && version >= ours.least) return version;
  throw new MigrationProblem(
    "migration-version-unknown",
    `one speaks ${theirs.least} to ${theirs.newest}, the other ${ours.least} to ${ours.newest}`,
  );
}

function fieldsOf(kind: MessageKind): [string, Field<unknown>][] {
  return Object.entries<Field<unknown>>(messageFields[kind]);
}
