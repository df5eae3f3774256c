import { useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import type { RunExits } from "../../../shared/schema/run-exits.ts";
import { formatDuration } from "../../../shared/telemetry/format-duration.ts";
import { percent } from "../../../shared/telemetry/percent.ts";
import { colourOf } from "../model/colour-of.ts";
import type { History, Interval } from "../model/history.ts";
import { labelOf } from "../model/label-of.ts";
import { type StackLayer, stackLayers } from "../model/stack-layers.ts";
import { timeMarks } from "../model/time-marks.ts";
import { Choice } from "../parts/choice.tsx";
import { ColumnHeads } from "../parts/column-heads.tsx";
import { Notice } from "../parts/notice.tsx";
import { Panel } from "../parts/panel.tsx";
import { ScrollBox } from "../parts/scroll-box.tsx";
import { Swatch } from "../parts/swatch.tsx";
import { useTheme } from "../parts/use-theme.ts";
import { chartOptions } from "./chart-options.ts";

/** CSS pixels. */
const tall = 240;
const views = { all: "All time", exits: "Exits only" } as const;

/** Where the time went, stretch by stretch, and goes while the run is under way. */
export function TimeChart({
  history,
  run,
  isLive,
}: {
  readonly history: History;
  readonly run: RunExits;
  /** More will come. */
  readonly isLive: boolean;
}) {
  const [view, setView] = useState<keyof typeof views>("all");
  const [pointed, setPointed] = useState<number>();
  const { intervals } = history;
  const layers = useMemo(() => stackLayers(intervals, view), [intervals, view]);
  // Nothing is newer than anything else in a run that is over.
  const index = pointed ?? (isLive ? intervals.length - 1 : undefined);
  return (
    <Panel
      title="Where the time goes"
      tools={
        <div className="tools">
          {isLive && <span className="live">live</span>}
          <Choice label="What the chart shows" options={views} value={view} onChange={setView} />
        </div>
      }
    >
      {layers.length === 0 ? (
        <Notice title="Nothing to show yet" />
      ) : (
        <>
          <Stack history={history} run={run} layers={layers} onPoint={setPointed} />
          <Readout
            intervals={intervals}
            layers={layers}
            index={index === undefined ? undefined : Math.min(index, intervals.length - 1)}
            isPointed={pointed !== undefined}
          />
          <FigureTable intervals={intervals} layers={layers} />
        </>
      )}
    </Panel>
  );
}

function Stack({
  history: { intervals },
  run,
  layers,
  onPoint,
}: {
  readonly history: History;
  readonly run: RunExits;
  readonly layers: readonly StackLayer[];
  readonly onPoint: (index: number | undefined) => void;
}) {
  const theme = useTheme();
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const marks = useRef(timeMarks(run, intervals));
  marks.current = timeMarks(run, intervals);
  const names = layers.map(({ name }) => name).join(" ");
  // uPlot draws the first series first, so the tallest layer comes first and the others cover it.
  const data = useMemo((): uPlot.AlignedData => {
    const ends = intervals.at(-1)?.to ?? 0;
    const x = [...intervals.map(({ from }) => from / 1e9), ends / 1e9];
    const tops = [...layers].reverse().map(({ tops }) => [...tops, tops.at(-1) ?? 0]);
    return [x, ...tops];
  }, [intervals, layers]);
  const latest = useRef(data);
  latest.current = data;

  // Made anew only when there are other layers or colours; figures alone are given to the one there is.
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const colours = names
      .split(" ")
      .reverse()
      .map((name) => colourOf(name, theme));
    const options = chartOptions({ colours, theme, marks: () => marks.current, onPoint });
    const made = new uPlot(
      { ...options, width: element.clientWidth, height: tall },
      latest.current,
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth !== made.width)
        made.setSize({ width: element.clientWidth, height: tall });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [names, theme, onPoint]);
  useEffect(() => plot.current?.setData(data), [data]);

  return (
    <div
      ref={box}
      className="plot"
      role="img"
      aria-label={`Shares of the run's time by category, over ${formatDuration(intervals.at(-1)?.to ?? 0)}. The figures stand below.`}
    />
  );
}

/** What is shown as "0.0 %" says nothing. */
const least = 0.0005;

/** The figures of one interval: the one that is pointed at, else the last, or of all. */
function Readout({
  intervals,
  layers,
  index,
  isPointed,
}: {
  readonly intervals: readonly Interval[];
  readonly layers: readonly StackLayer[];
  /** Undefined for all. */
  readonly index: number | undefined;
  readonly isPointed: boolean;
}) {
  const [first, last] =
    index === undefined ? [intervals[0], intervals.at(-1)] : [intervals[index], intervals[index]];
  const shown = (index === undefined ? wholeShares(intervals, layers) : sharesAt(layers, index))
    .filter(({ share }) => share >= least)
    .sort((a, b) => b.share - a.share);
  return (
    <div className="readout">
      <p className="quiet">
        {isPointed ? "" : index === undefined ? "In all: " : "The last stretch: "}
        {index === undefined ? "" : `${formatDuration(first?.from ?? 0)} to `}
        {formatDuration(last?.to ?? 0)}
      </p>
      <ul aria-label="Shares of this stretch">
        {shown.map(({ name, share }) => (
          <li key={name} title={labelOf(name)}>
            <Swatch name={name} />
            {name} <b>{percent(share, 1)}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}

interface Share {
  readonly name: string;
  readonly share: number;
}

function sharesAt(layers: readonly StackLayer[], index: number): Share[] {
  return layers.map(({ name, shares }) => ({ name, share: shares[index] ?? 0 }));
}

function wholeShares(intervals: readonly Interval[], layers: readonly StackLayer[]): Share[] {
  const times = layers.map(({ name }) => ({
    name,
    time: intervals.reduce((sum, interval) => sum + (interval.times.get(name) ?? 0), 0),
  }));
  const whole = times.reduce((sum, { time }) => sum + time, 0);
  return times.map(({ name, time }) => ({ name, share: time / Math.max(1, whole) }));
}

const mostRows = 40;

/** The same for those who do not see the chart. */
function FigureTable({
  intervals,
  layers,
}: {
  readonly intervals: readonly Interval[];
  readonly layers: readonly StackLayer[];
}) {
  const [isOpen, setOpen] = useState(false);
  const first = Math.max(0, intervals.length - mostRows);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>The chart as a table</summary>
      {isOpen && (
        <ScrollBox label="The chart as a table">
          <table>
            <caption className="unseen">Shares of the time, stretch by stretch</caption>
            <ColumnHeads words={["until"]} numbers={layers.map(({ name }) => name)} />
            <tbody>
              {intervals.slice(first).map(({ to }, offset) => (
                <tr key={to}>
                  <th scope="row">{formatDuration(to)}</th>
                  {layers.map(({ name, shares }) => (
                    <td key={name} className="number">
                      {percent(shares[first + offset] ?? 0, 1)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
    </details>
  );
}
