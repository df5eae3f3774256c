import { type Attributes, type Context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import type { SubmissionTrace } from "../../protocol/submission-trace.ts";
import { emitSpan } from "./emit-span.ts";
import { SpanClock } from "./span-clock.ts";
import { traceParent } from "./trace-parent.ts";

/** How a submission ended, as its span says it. */
export interface SubmissionEnd {
  readonly run: string;
  readonly state: "graded" | "failed" | "cancelled";
  readonly attributes?: Attributes;
  readonly failure?: string;
}

/** The span of a whole submission, which begins in one process and ends in another. */
export const submissionSpan = {
  /** @returns undefined where nothing is traced */
  begin(): SubmissionTrace | undefined {
    const request = trace.getActiveSpan()?.spanContext();
    const since = new SpanClock().now();
    // Never ended: it is made anew by whoever ends the submission.
    const begun = trace.getTracer("trapline").startSpan("submission", { root: true });
    const place = begun.spanContext();
    if (!trace.isSpanContextValid(place)) return undefined;
    return {
      ...{ parent: traceParent.write(place), since },
      ...(request && trace.isSpanContextValid(request) && { request: traceParent.write(request) }),
    };
  },

  /** What is done for the submission is in this place. */
  placeOf(submission: SubmissionTrace | undefined): Context {
    const place = traceParent.read(submission?.parent);
    return place ? trace.setSpanContext(ROOT_CONTEXT, place) : ROOT_CONTEXT;
  },

  end(submission: SubmissionTrace | undefined, ended: SubmissionEnd): void {
    const own = traceParent.read(submission?.parent);
    if (!submission || !own) return;
    const { run, state, attributes, failure } = ended;
    emitSpan({
      ...{ name: "submission", parent: undefined, own },
      ...{ start: submission.since, end: new SpanClock().now() },
      attributes: { "vm.run.id": run, "trapline.submission.state": state, ...attributes },
      links: [traceParent.read(submission.request)],
      failure,
    });
  },
};
