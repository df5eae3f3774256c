import { useEffect, useState } from "react";
import { type RunExits, runExitsSchema } from "../../../shared/schema/run-exits.ts";
import { extendHistory, type History } from "../model/history.ts";
import { type Answer, useApi } from "../parts/use-api.ts";

interface Seen {
  readonly run: RunExits;
  readonly history: History;
}

/** By submission, so that who looks at the console meanwhile finds the chart as it was. */
const kept = new Map<string, Seen>();

/** Milliseconds; workers write a new report every two seconds. */
const lookAgain = 1000;

/** A run's exits, and what was seen of them since the page was opened; asked for until the run has ended. */
export function useExits(
  id: string | undefined,
): Answer<RunExits> & { readonly history?: History } {
  const [seen, setSeen] = useState(kept.get(id ?? ""));
  const path = id === undefined ? undefined : `/v1/submissions/${id}/exits`;
  const { data, problem } = useApi(path, runExitsSchema, (latest) =>
    latest?.state === "ended" ? 0 : lookAgain,
  );
  if (data !== undefined && data !== seen?.run) {
    const before = seen?.run.submission === data.submission ? seen.history : undefined;
    setSeen({ run: data, history: extendHistory(before, data) });
  }
  useEffect(() => {
    if (seen) kept.set(seen.run.submission, seen);
  }, [seen]);
  const isKnown = data !== undefined && seen?.run.submission === data.submission;
  return { data, problem, ...(isKnown && { history: seen.history }) };
}
