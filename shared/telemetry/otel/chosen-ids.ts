/**
 * Ids of spans, random but where one was chosen before: a span that begins in one process and ends in
 * another has its id when it begins, so that others can be in it.
 *
 *     chosenIds.during({ traceId, spanId }, () => tracer.startSpan(…));
 *
 * The form is that of the SDK's `IdGenerator`.
 */
export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
}

const traceBytes = 16;
const spanBytes = 8;

let next: SpanIds | undefined;

export const chosenIds = {
  generateTraceId: (): string => next?.traceId ?? randomId(traceBytes),
  generateSpanId: (): string => next?.spanId ?? randomId(spanBytes),

  /** @param body makes one span, and does not wait for anything */
  during<Result>(ids: SpanIds, body: () => Result): Result {
    next = ids;
    try {
      return body();
    } finally {
      next = undefined;
    }
  },
};

function randomId(bytes: number): string {
  // All zeros would be no id; that does not happen in the age of the world.
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), hexadecimal).join("");
}

const hexadecimal = (byte: number) => byte.toString(16).padStart(2, "0");
