import type { MoveReport } from "../../../shared/schema/move-report.ts";
import type { RunExits } from "../../../shared/schema/run-exits.ts";
import { formatBytes } from "../model/format-bytes.ts";
import { millions } from "../model/millions.ts";
import { movePhases } from "../model/move-phases.ts";
import { stayLanes } from "../model/stay-lanes.ts";
import { ColumnHeads } from "../parts/column-heads.tsx";
import { Notice } from "../parts/notice.tsx";
import { Panel } from "../parts/panel.tsx";
import { ScrollBox } from "../parts/scroll-box.tsx";

const ways = {
  precopy: "pre-copy",
  postcopy: "post-copy",
  hybrid: "pre-copy, then post-copy",
  checkpoint: "checkpoint",
} as const;

/** Which worker had the run when, and how it went from one to another. */
export function MigrationPanel({ run }: { readonly run: RunExits }) {
  return (
    <Panel title="Workers and moves">
      <Lanes run={run} />
      {run.moves.length === 0 ? (
        <Notice title="It has not moved">
          <code>trapline migrate {run.submission}</code> moves a run that is under way.
        </Notice>
      ) : (
        run.moves.map((move, index) => <Move key={move.id} move={move} index={index} />)
      )}
    </Panel>
  );
}

function Lanes({ run }: { readonly run: RunExits }) {
  const lanes = stayLanes(run);
  return (
    <div className="lanes">
      {lanes.map(({ worker, runtime, stays }) => (
        <div key={worker} className="lane">
          <span className="who">
            {worker} <span className="quiet">{runtime}</span>
          </span>
          <span className="track">
            {stays.map(({ from, to, epoch }) => (
              <span
                key={epoch}
                className="stay"
                style={{ left: `${from * 100}%`, width: `${Math.max(0.2, (to - from) * 100)}%` }}
                title={`epoch ${epoch}: from ${millions(Math.round(from * run.total.instructions))} to ${millions(Math.round(to * run.total.instructions))} instructions`}
              />
            ))}
          </span>
        </div>
      ))}
      <p className="quiet scale" aria-hidden="true">
        <span>0</span>
        <span>{millions(run.total.instructions)} instructions</span>
      </p>
    </div>
  );
}

function Move({ move, index }: { readonly move: MoveReport; readonly index: number }) {
  const { from, to, way, outcome, why, figures } = move;
  const phases = movePhases(move);
  const whole = phases.at(-1)?.to ?? 0;
  const title = {
    moved: `Move ${index + 1}: ${from} to ${to}`,
    stayed: `Stayed on ${from}, meant for ${to}`,
    ended: `Came to its end on ${from}, meant for ${to}`,
  }[outcome];
  return (
    <article className="move" aria-label={title}>
      <h3>
        {title} <span className="quiet">by {ways[way]}</span>
      </h3>
      {why !== undefined && <p className="quiet">{why}</p>}
      {figures && (
        <>
          <div className="bar phases" aria-hidden="true">
            {phases.map(({ kind, label, from: start, to: stop }) => (
              <span
                key={label}
                className={`phase ${kind}`}
                style={{ flexGrow: (stop - start) / whole }}
                title={`${label}: ${milliseconds(stop - start)}`}
              />
            ))}
          </div>
          <ul className="facts-line">
            <li>
              stood still for{" "}
              <b>{figures.downtime === undefined ? "–" : milliseconds(figures.downtime)}</b>
            </li>
            <li>
              <b>{milliseconds(figures.total)}</b> in all
            </li>
            <li>
              <b>{formatBytes(figures.sentBytes)}</b> sent
            </li>
            <li>
              <b>{figures.stoppedPages.toLocaleString("en")}</b> pages at the end,{" "}
              <b>{figures.laterPages.toLocaleString("en")}</b> later
            </li>
            {figures.share < 1 && (
              <li>
                slowed down to <b>{Math.round(figures.share * 100)} %</b>
              </li>
            )}
          </ul>
          <details>
            <summary>
              {figures.rounds} {figures.rounds === 1 ? "round" : "rounds"} and what they sent
            </summary>
            <PhaseTable move={move} />
          </details>
        </>
      )}
    </article>
  );
}

function PhaseTable({ move }: { readonly move: MoveReport }) {
  const passes = move.figures?.passes ?? [];
  let round = 0;
  return (
    <ScrollBox label="Rounds">
      <table>
        <ColumnHeads words={["phase"]} numbers={["took", "pages", "sent"]} />
        <tbody>
          {movePhases(move).map(({ kind, label, from, to }) => {
            const pass = kind === "round" ? passes[round++] : undefined;
            return (
              <tr key={label}>
                <th scope="row">
                  <span className={`swatch phase ${kind}`} aria-hidden="true" />
                  {label}
                </th>
                <td className="number">{milliseconds(to - from)}</td>
                <td className="number">{pass?.pages.toLocaleString("en")}</td>
                <td className="number">{pass && formatBytes(pass.bytes)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </ScrollBox>
  );
}

function milliseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}
