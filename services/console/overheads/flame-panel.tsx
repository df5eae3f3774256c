import { useMemo } from "react";
import useSWR from "swr";
import { parseFolded } from "../model/parse-folded.ts";
import type { ApiProblem } from "../parts/api-problem.ts";
import { Notice } from "../parts/notice.tsx";
import { Panel } from "../parts/panel.tsx";
import { ask } from "../parts/use-api.ts";
import { FlameGraph } from "./flame-graph.tsx";

/** Where the guest itself spends its instructions, if it was asked to tell. */
export function FlamePanel({ id }: { readonly id: string }) {
  const { data, error } = useSWR<string, ApiProblem>(
    `/v1/submissions/${id}/profile`,
    async (address: string) => (await ask(address)).text(),
    { refreshInterval: (known) => (known === undefined ? 0 : 5000), shouldRetryOnError: false },
  );
  const root = useMemo(() => (data === undefined ? undefined : parseFolded(data)), [data]);
  return (
    <Panel title="What the guest does">
      {root !== undefined && root.samples > 0 ? (
        <FlameGraph root={root} />
      ) : error !== undefined && error.status !== 404 ? (
        <Notice title={error.title}>{error.message}</Notice>
      ) : (
        <Notice title="There is no profile of this run">
          A run whose assignment asks for one is sampled while it runs, and is a flame graph here.
        </Notice>
      )}
    </Panel>
  );
}
