import { useState } from "react";
import { useLocation } from "wouter";
import { z } from "zod";
import { submissionIdSchema } from "../../../shared/schema/submission-id.ts";
import { takenPlaces } from "../../../shared/schema/taken-places.ts";
import { workerStatusSchema } from "../../../shared/schema/worker-status.ts";
import { millions } from "../model/millions.ts";
import { ColumnHeads } from "../parts/column-heads.tsx";
import { Notice } from "../parts/notice.tsx";
import { Panel } from "../parts/panel.tsx";
import { recentRuns } from "../parts/recent-runs.ts";
import { ScrollBox } from "../parts/scroll-box.tsx";
import { useApi } from "../parts/use-api.ts";
import { RunLine } from "./run-line.tsx";

const workersSchema = z.object({ workers: z.array(workerStatusSchema) });

/** What is under way, who runs it, and what was looked at before. */
export function HomePage() {
  const { data, problem } = useApi("/v1/workers", workersSchema, () => 2000);
  const runs = data?.workers.flatMap(({ name, runs }) =>
    runs.map((run) => ({ ...run, worker: name })),
  );
  const recent = recentRuns();
  return (
    <>
      <title>Runs · Trapline</title>
      <h1>Runs</h1>
      {problem && (
        <Notice title={problem.title} isTrouble>
          {problem.message}
        </Notice>
      )}
      <Panel title="Under way" tools={<OpenRun />}>
        {runs === undefined ? (
          !problem && <Notice title="Asking which runs are under way …" />
        ) : runs.length === 0 ? (
          <Notice title="Nothing runs now">
            Hand something in with <code>trapline submit ASSIGNMENT FILE</code>, and it is shown
            here.
          </Notice>
        ) : (
          <RunTable
            runs={runs.map(({ run, worker }) => ({ id: run, worker }))}
            caption="Runs that are under way"
          />
        )}
      </Panel>
      {recent.length > 0 && (
        <Panel title="Looked at before">
          <RunTable
            runs={recent.map((id) => ({ id }))}
            caption="Submissions that were opened in this browser"
          />
        </Panel>
      )}
      <Panel title="Workers">
        {data === undefined ? (
          !problem && <Notice title="Asking which workers there are …" />
        ) : data.workers.length === 0 ? (
          <Notice title="There are no workers">
            Submissions wait until one comes. <code>trapline serve</code> starts two.
          </Notice>
        ) : (
          <ScrollBox label="Workers">
            <table>
              <caption className="unseen">Workers and how much they have to do</caption>
              <ColumnHeads
                words={["worker", "state", "runtime"]}
                numbers={["runs", "capacity", "instructions so far"]}
              />
              <tbody>
                {data.workers.map((worker) => (
                  <tr key={worker.name}>
                    <th scope="row">{worker.name}</th>
                    <td>{worker.state}</td>
                    <td>{worker.runtime}</td>
                    <td className="number">{takenPlaces(worker)}</td>
                    <td className="number">{worker.capacity}</td>
                    <td className="number">
                      {millions(
                        worker.runs.reduce((sum, { instructions }) => sum + instructions, 0),
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </ScrollBox>
        )}
      </Panel>
    </>
  );
}

interface ListedRun {
  readonly id: string;
  /** That has it now. */
  readonly worker?: string;
}

function RunTable({
  runs,
  caption,
}: {
  readonly runs: readonly ListedRun[];
  readonly caption: string;
}) {
  return (
    <ScrollBox label={caption}>
      <table>
        <caption className="unseen">{caption}</caption>
        <ColumnHeads
          words={["run", "assignment", "state", "worker", "how far it is"]}
          numbers={["points", "instructions"]}
        />
        <tbody>
          {runs.map((run) => (
            <RunLine key={run.id} {...run} />
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

/** Opens the run whose id somebody knows. */
function OpenRun() {
  const [id, setId] = useState("");
  const [, go] = useLocation();
  const isRight = submissionIdSchema.safeParse(id.trim()).success;
  return (
    <form
      className="tools"
      onSubmit={(event) => {
        event.preventDefault();
        if (isRight) go(`/runs/${id.trim()}`);
      }}
    >
      <label>
        <span>Open a run by its id </span>
        <input
          value={id}
          onChange={(event) => setId(event.target.value)}
          placeholder="s-…"
          size={20}
          spellCheck={false}
        />
      </label>
      <button type="submit" disabled={!isRight}>
        Open
      </button>
    </form>
  );
}
