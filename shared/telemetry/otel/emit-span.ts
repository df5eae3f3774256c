import {
  type Attributes,
  context,
  type Link,
  type SpanContext,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import type { SpanName } from "../spans.ts";
import { chosenIds } from "./chosen-ids.ts";
import type { UnixMilliseconds } from "./span-clock.ts";

export interface FinishedSpan {
  readonly name: SpanName;
  /** Undefined for the first one of a trace. */
  readonly parent: SpanContext | undefined;
  /** Where it was chosen before; its trace is the parent's, where there is one. */
  readonly own?: SpanContext | undefined;
  readonly start: UnixMilliseconds;
  readonly end: UnixMilliseconds;
  readonly attributes: Attributes;
  readonly links?: readonly (SpanContext | undefined)[];
  /** Why it is a failure. */
  readonly failure?: string | undefined;
}

/** Hands a span over that is over already. @returns where it is, for those in it */
export function emitSpan(finished: FinishedSpan): SpanContext {
  const { name, parent, own, start, end, attributes, links = [], failure } = finished;
  const place = parent ? trace.setSpanContext(context.active(), parent) : context.active();
  const make = () =>
    trace.getTracer("trapline").startSpan(
      name,
      {
        root: parent === undefined,
        startTime: start,
        attributes,
        links: links.flatMap((link): Link[] => (link ? [{ context: link }] : [])),
      },
      place,
    );
  const span = own ? chosenIds.during(own, make) : make();
  if (failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
  span.end(Math.max(start, end));
  return span.spanContext();
}
