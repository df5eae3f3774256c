import { useMemo } from "react";
import useSWR from "swr";
import type { Submission } from "../../../shared/schema/submission.ts";
import { isOver } from "../model/is-over.ts";
import { parseFolded } from "../model/parse-folded.ts";
import type { ApiProblem } from "../parts/api-problem.ts";
import { Notice } from "../parts/notice.tsx";
import { Panel } from "../parts/panel.tsx";
import { ask } from "../parts/use-api.ts";
import { FlameGraph } from "./flame-graph.tsx";

/** Where the guest itself spends its instructions, if it was asked to tell; known when the run is over. */
export function FlamePanel({ submission }: { readonly submission: Submission }) {
  const isKnown = isOver(submission);
  const { data, error } = useSWR<string, ApiProblem>(
    isKnown ? `/v1/submissions/${submission.id}/profile` : null,
    async (address: string) => (await ask(address)).text(),
    { shouldRetryOnError: false, revalidateOnFocus: false },
  );
  const root = useMemo(() => (data === undefined ? undefined : parseFolded(data)), [data]);
  return (
    <Panel title="What the guest does">
      {root !== undefined && root.samples > 0 ? (
        <FlameGraph root={root} />
      ) : error !== undefined && error.status !== 404 ? (
        <Notice title={error.title}>{error.message}</Notice>
      ) : (
        <Notice title={isKnown ? "There is no profile of this run" : "Not yet"}>
          A run whose assignment asks for a profile is sampled while it is under way, and is a flame
          graph here when it is over.
        </Notice>
      )}
    </Panel>
  );
}
