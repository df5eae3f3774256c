import { useEffect } from "react";
import { Link } from "wouter";
import { settingsSchema } from "../../../shared/schema/settings.ts";
import type { Submission } from "../../../shared/schema/submission.ts";
import { submissionIdSchema } from "../../../shared/schema/submission-id.ts";
import { describeProgress } from "../model/describe-progress.ts";
import { millions } from "../model/millions.ts";
import { traceLink } from "../model/trace-link.ts";
import { OverheadsTab } from "../overheads/overheads-tab.tsx";
import { Notice } from "../parts/notice.tsx";
import { rememberRun } from "../parts/recent-runs.ts";
import { useApi } from "../parts/use-api.ts";
import { useSubmission } from "../parts/use-submission.ts";
import { ConsoleTab } from "./console-tab.tsx";

const tabs = { overheads: "Overheads", console: "Console" } as const;

export type RunTab = keyof typeof tabs;

/** One run: what it is, and its tabs. */
export function RunPage({ id, tab }: { readonly id: string; readonly tab: RunTab }) {
  const isId = submissionIdSchema.safeParse(id).success;
  const { data, problem } = useSubmission(isId ? id : undefined, 1000);
  const isKnown = data !== undefined;
  useEffect(() => {
    if (isKnown) rememberRun(id);
  }, [id, isKnown]);
  if (!isId || (problem?.status === 404 && !isKnown)) {
    return (
      <>
        <title>Unknown run · Trapline</title>
        <h1>There is no such run</h1>
        <Notice title={`Nobody knows ${id}`}>
          The id may be misspelt, or the results may be gone: they are kept for 30 days.{" "}
          <Link href="/">Back to the runs</Link>
        </Notice>
      </>
    );
  }
  return (
    <>
      <title>{`${id} · Trapline`}</title>
      <h1>
        <span className="quiet">Run</span> {id}
      </h1>
      {problem && (
        <Notice title={problem.title} isTrouble>
          {problem.message}
        </Notice>
      )}
      {data ? <Facts submission={data} /> : !problem && <Notice title="Asking about the run …" />}
      <nav className="tabs" aria-label="Parts of this run">
        {Object.entries(tabs).map(([name, label]) => (
          <Link
            key={name}
            className="tab"
            href={name === "overheads" ? `/runs/${id}` : `/runs/${id}/${name}`}
            aria-current={name === tab ? "page" : undefined}
          >
            {label}
          </Link>
        ))}
      </nav>
      {data && (tab === "overheads" ? <OverheadsTab submission={data} /> : <ConsoleTab id={id} />)}
    </>
  );
}

function Facts({ submission }: { readonly submission: Submission }) {
  const { data: settings } = useApi("/v1/settings", settingsSchema, () => 0);
  const { title, state, result, maxScore, progress, trace } = submission;
  const instructions = result?.instructions ?? progress?.instructions;
  const link = traceLink(settings?.traceUrl, trace);
  return (
    <dl className="facts">
      <Fact name="assignment">{title}</Fact>
      <Fact name="state">
        <span className={`state ${state}`}>{state}</span> {describeProgress(submission)}
      </Fact>
      {result && <Fact name="worker">{`${result.worker} (${result.runtime})`}</Fact>}
      {result && <Fact name="points">{`${result.score} of ${maxScore}`}</Fact>}
      {instructions !== undefined && <Fact name="instructions">{millions(instructions)}</Fact>}
      {link && (
        <Fact name="trace">
          <a href={link} target="_blank" rel="noreferrer">
            open in the viewer
          </a>
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
