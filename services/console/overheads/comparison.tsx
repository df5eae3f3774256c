import { useState } from "react";
import { Link } from "wouter";
import type { RunExits } from "../../../shared/schema/run-exits.ts";
import { submissionIdSchema } from "../../../shared/schema/submission-id.ts";
import { knownCategories } from "../model/category-look.ts";
import { type ComparedLine, comparedLines, comparedSums } from "../model/compared-lines.ts";
import { Notice } from "../parts/notice.tsx";
import { Panel } from "../parts/panel.tsx";
import { recentRuns } from "../parts/recent-runs.ts";
import { ScrollBox } from "../parts/scroll-box.tsx";
import { Swatch } from "../parts/swatch.tsx";
import { TimeSplitBar } from "./time-split-bar.tsx";
import { useExits } from "./use-exits.ts";

/** This run beside another one: another device, another engine, before and after a change. */
export function Comparison({
  run,
  other,
  onChange,
}: {
  readonly run: RunExits;
  /** Id of the other run; empty for none. */
  readonly other: string;
  readonly onChange: (id: string) => void;
}) {
  const isId = submissionIdSchema.safeParse(other).success;
  const { data, problem } = useExits(isId ? other : undefined);
  return (
    <Panel
      title="Beside another run"
      tools={<Chooser run={run} other={other} onChange={onChange} />}
    >
      {other === "" ? (
        <p className="below">Choose a run to see both beside each other.</p>
      ) : !isId ? (
        <Notice title={`${other} is not the id of a submission`} />
      ) : data === undefined ? (
        problem ? (
          <Notice
            title={problem.status === 404 ? `There are no figures for ${other}` : problem.title}
          >
            {problem.message}
          </Notice>
        ) : (
          <Notice title={`Asking about ${other} …`} />
        )
      ) : (
        <Both first={run} second={data} />
      )}
    </Panel>
  );
}

function Chooser({
  run,
  other,
  onChange,
}: {
  readonly run: RunExits;
  readonly other: string;
  readonly onChange: (id: string) => void;
}) {
  const [text, setText] = useState(other);
  const list = `other-runs-${run.submission}`;
  return (
    <form
      className="tools"
      onSubmit={(event) => {
        event.preventDefault();
        onChange(text.trim());
      }}
    >
      <label>
        <span className="unseen">Id of the other run</span>
        <input
          list={list}
          value={text}
          size={20}
          spellCheck={false}
          placeholder="s-…"
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <datalist id={list}>
        {recentRuns()
          .filter((id) => id !== run.submission)
          .map((id) => (
            <option key={id} value={id} />
          ))}
      </datalist>
      <button type="submit">Compare</button>
    </form>
  );
}

function Both({ first, second }: { readonly first: RunExits; readonly second: RunExits }) {
  const runs = [first, second];
  const lines = comparedLines(first.total, second.total);
  const sums = comparedSums(first.total, second.total);
  return (
    <>
      {runs.map(({ submission, total, runtime }) => (
        <div key={submission} className="compared">
          <h3>
            <Link href={`/runs/${submission}`}>{submission}</Link>{" "}
            <span className="quiet">{runtime}</span>
          </h3>
          <TimeSplitBar time={total.time} />
        </div>
      ))}
      <ScrollBox label="Exits of both runs">
        <table className="beside">
          <caption className="unseen">
            Exits of {first.submission} and {second.submission} by category
          </caption>
          <thead>
            <tr>
              <td />
              <th scope="colgroup" colSpan={3} className="group">
                count
              </th>
              <th scope="colgroup" colSpan={3} className="group">
                time
              </th>
            </tr>
            <tr>
              <th scope="col">exit</th>
              {["count", "time"].map((what) => [
                ...runs.map(({ submission }) => (
                  <th key={`${what} ${submission}`} scope="col" className="number">
                    {submission.slice(0, 8)}…
                  </th>
                )),
                <th key={what} scope="col" className="number ratio">
                  ratio
                </th>,
              ])}
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <Line key={line.name} line={line} />
            ))}
          </tbody>
          <tfoot>
            {sums.map((line) => (
              <Line key={line.name} line={line} />
            ))}
          </tfoot>
        </table>
      </ScrollBox>
    </>
  );
}

function Line({
  line: { name, counts, times, countRatio, timeRatio },
}: {
  readonly line: ComparedLine;
}) {
  return (
    <tr>
      <th scope="row">
        {knownCategories.includes(name) && <Swatch name={name} />}
        {name}
      </th>
      <td className="number">{counts[0]}</td>
      <td className="number">{counts[1]}</td>
      <td className="number ratio">{countRatio}</td>
      <td className="number">{times[0]}</td>
      <td className="number">{times[1]}</td>
      <td className="number ratio">{timeRatio}</td>
    </tr>
  );
}
