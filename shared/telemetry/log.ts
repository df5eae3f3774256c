/**
 * The log of a service or worker: sentences for whoever sits before a terminal, or, with
 * `TRAPLINE_LOG=json`, one JSON object per line (pino) with the ids of the trace that the sentence is in.
 *
 *     log.info("worker w-1 ready (deno 2.9.6)");
 *     log.error("checkpoints of s-1: the store is away", { error });
 */
import { trace } from "@opentelemetry/api";

export interface LogFields {
  readonly error?: unknown;
  readonly run?: string;
}

type Level = "info" | "warn" | "error";
type Write = (level: Level, sentence: string, fields: LogFields) => void;

let write: Write = (level, sentence, { error }) => {
  const words = error === undefined ? [sentence] : [sentence, error];
  if (level === "info") console.log(...words);
  else console.error(...words);
};

export const log = {
  info: (sentence: string, fields: LogFields = {}) => write("info", sentence, fields),
  warn: (sentence: string, fields: LogFields = {}) => write("warn", sentence, fields),
  error: (sentence: string, fields: LogFields = {}) => write("error", sentence, fields),

  /** From now on one JSON object per line. @param words on every line */
  async toJson(words: Readonly<Record<string, string>>): Promise<void> {
    const { jsonLog } = await import("./json-log.ts");
    const logger = await jsonLog(words);
    write = (level, sentence, { error, ...fields }) => {
      const { traceId, spanId } = trace.getActiveSpan()?.spanContext() ?? {};
      const place = traceId === undefined ? {} : { trace_id: traceId, span_id: spanId };
      const failure = error === undefined ? {} : { err: plain(error) };
      logger[level]({ ...fields, ...place, ...failure }, sentence);
    };
  },
};

function plain(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { message: String(error) };
  const cause = error.cause === undefined ? {} : { cause: String(error.cause) };
  return { type: error.name, message: error.message, stack: error.stack, ...cause };
}
