import { useSearchParams } from "wouter";
import type { RunExits } from "../../../shared/schema/run-exits.ts";
import type { Submission } from "../../../shared/schema/submission.ts";
import { isOver } from "../model/is-over.ts";
import { Notice } from "../parts/notice.tsx";
import { Panel } from "../parts/panel.tsx";
import { Comparison } from "./comparison.tsx";
import { ExitTable } from "./exit-table.tsx";
import { FlamePanel } from "./flame-panel.tsx";
import { GaugeList } from "./gauge-list.tsx";
import { Histogram } from "./histogram.tsx";
import { MigrationPanel } from "./migration-panel.tsx";
import { TimeChart } from "./time-chart.tsx";
import { TimeSplitBar } from "./time-split-bar.tsx";
import { useExits } from "./use-exits.ts";

/** Where the time of a run goes: `?step=N` is about one step, `?compare=RUN2` shows another run, too. */
export function OverheadsTab({ submission }: { readonly submission: Submission }) {
  const { data, problem, history } = useExits(submission.id);
  const [search, setSearch] = useSearchParams();
  const put = (name: string, value: string) =>
    setSearch((before) => {
      if (value === "") before.delete(name);
      else before.set(name, value);
      return before;
    });
  if (data === undefined) return <WhyNone submission={submission} problem={problem} />;
  const step = data.steps[Number(search.get("step") ?? "0") - 1];
  const report = step?.report ?? data.total;
  const compared = search.get("compare") ?? "";
  return (
    <>
      {problem && problem.status !== 404 && (
        <Notice title={problem.title} isTrouble>
          {problem.message}
        </Notice>
      )}
      {history && (
        <TimeChart
          history={history}
          run={data}
          isLive={data.state === "running" && !isOver(submission)}
        />
      )}
      <Panel
        title="Exits"
        tools={
          <StepChoice
            run={data}
            value={step === undefined ? "" : (search.get("step") ?? "")}
            onChange={(value) => put("step", value)}
          />
        }
      >
        <TimeSplitBar time={report.time} />
        <ExitTable report={report} />
      </Panel>
      <div className="columns">
        <Histogram report={report} />
        <GaugeList report={data.total} />
      </div>
      <MigrationPanel run={data} />
      <Comparison run={data} other={compared} onChange={(value) => put("compare", value)} />
      <FlamePanel submission={submission} />
    </>
  );
}

function StepChoice({
  run,
  value,
  onChange,
}: {
  readonly run: RunExits;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  return (
    <label className="tools">
      <span aria-hidden="true">of</span>
      <select
        aria-label="Part of the run"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      >
        <option value="">the whole run</option>
        {run.steps.map(({ name, kind, atInstruction }, index) => (
          <option key={`${atInstruction} ${name}`} value={String(index + 1)}>
            {`step ${index + 1}: ${name || kind}`}
          </option>
        ))}
      </select>
    </label>
  );
}

function WhyNone({
  submission: { state },
  problem,
}: {
  readonly submission: Submission;
  readonly problem:
    | { readonly status: number; readonly title: string; readonly message: string }
    | undefined;
}) {
  if (problem === undefined) return <Notice title="Asking how the time was spent …" />;
  if (problem.status !== 404) {
    return (
      <Notice title={problem.title} isTrouble>
        {problem.message}
      </Notice>
    );
  }
  if (state === "queued") {
    return (
      <Notice title="It has not begun">
        The submission waits for a worker. Figures appear here a moment after it has begun.
      </Notice>
    );
  }
  if (state === "running") {
    return (
      <Notice title="No figures yet">
        Workers tell them every two seconds while a guest runs.
      </Notice>
    );
  }
  return (
    <Notice title="There are no figures for this run">
      It ended before anything was measured, or so long ago that the figures are gone.
    </Notice>
  );
}
