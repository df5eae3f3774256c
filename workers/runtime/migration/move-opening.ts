import { z } from "zod";
import { submissionIdSchema } from "../../../shared/schema/submission-id.ts";
import { workerName } from "../../../shared/schema/worker-status.ts";
import type { MigrationChannel } from "../../vmm/mod.ts";

/**
 * The first word on a connection between two workers, and its answer: each one frame with JSON. What
 * follows is the migration (`workers/vmm/migration/protocol.ts`).
 */
export const moveOpeningSchema = z.strictObject({
  run: submissionIdSchema,
  from: workerName(),
  to: workerName(),
  epoch: z.int().min(1),
  /** What the control plane gave the source (`migration-ticket.ts`). */
  ticket: z.string().min(1).max(200),
  /** Of the code that emits translations: only those of the same build may be executed. */
  build: z.string().max(200),
  /** Of the queue's job. */
  lock: z.string().max(200),
  /** The source ends: the run comes in also where there are as many as there should be. */
  mustGo: z.boolean(),
  /** Milliseconds since the run began, for its result. */
  elapsed: z.number().min(0),
  /** Of the span of this move, as `traceparent`; only where it is traced. */
  trace: z.string().max(60).optional(),
});

export type MoveOpening = z.infer<typeof moveOpeningSchema>;

const answerSchema = z.union([
  z.strictObject({ refusal: z.string().max(1000) }),
  z.strictObject({
    build: z.string().max(200),
    /** Of the span that the run will have here. */
    trace: z.string().max(60).optional(),
  }),
]);

export type OpeningAnswer = z.infer<typeof answerSchema>;

const mostBytes = 4096;
const headBytes = 4;

export function sendWord(channel: MigrationChannel, word: MoveOpening | OpeningAnswer): void {
  // Padded, since no frame has twelve bytes or fewer.
  const text = new TextEncoder().encode(JSON.stringify(word).padEnd(headBytes * 4));
  const frame = new Uint8Array(headBytes + text.length);
  new DataView(frame.buffer).setUint32(0, text.length, true);
  frame.set(text, headBytes);
  channel.send(frame);
}

/** @throws Error when it does not come in time, or is none */
export async function receiveOpening(
  channel: MigrationChannel,
  patience: number,
): Promise<MoveOpening> {
  return moveOpeningSchema.parse(await receiveWord(channel, patience));
}

/** @throws Error when it does not come in time, or is none */
export async function receiveAnswer(
  channel: MigrationChannel,
  patience: number,
): Promise<OpeningAnswer> {
  return answerSchema.parse(await receiveWord(channel, patience));
}

async function receiveWord(channel: MigrationChannel, patience: number): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const late = setTimeout(() => reject(new Error("nothing was said in time")), patience);
  const look = () => {
    const frame = channel.receive();
    if (frame) resolve(frame);
    else if (channel.state !== "open") reject(new Error("the connection was closed"));
  };
  channel.onChange = look;
  look();
  try {
    const frame = await promise;
    if (frame.length > mostBytes) throw new Error("the first word is too long");
    return JSON.parse(new TextDecoder().decode(frame.subarray(headBytes))) as unknown;
  } finally {
    clearTimeout(late);
    channel.onChange = undefined;
  }
}
