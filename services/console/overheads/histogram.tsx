import { useRef, useState } from "react";
import type { ExitReport } from "../../../shared/schema/exit-report.ts";
import { formatDuration } from "../../../shared/telemetry/format-duration.ts";
import { colourOf } from "../model/colour-of.ts";
import { type HistogramBar, histogramBars } from "../model/histogram-bars.ts";
import { logTicks } from "../model/log-ticks.ts";
import { timedExits } from "../model/timed-exits.ts";
import { Choice } from "../parts/choice.tsx";
import { Notice } from "../parts/notice.tsx";
import { Panel } from "../parts/panel.tsx";
import { useTheme } from "../parts/use-theme.ts";
import { useWidth } from "../parts/use-width.ts";

const box = { height: 220, left: 48, right: 12, top: 10, bottom: 28 };
const scales = { log: "Log", linear: "Linear" } as const;

/** How long the exits of one category, or of a part of it, took; the axis of durations is logarithmic. */
export function Histogram({ report }: { readonly report: ExitReport }) {
  const [wanted, setWanted] = useState("");
  const [scale, setScale] = useState<keyof typeof scales>("log");
  const rows = timedExits(report);
  const row = rows.find(({ name }) => name === wanted) ?? rows[0];
  const tools = row && (
    <div className="tools">
      <label>
        <span className="unseen">Category</span>
        <select value={row.name} onChange={(event) => setWanted(event.target.value)}>
          {rows.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <Choice label="Axis of counts" options={scales} value={scale} onChange={setScale} />
    </div>
  );
  return (
    <Panel title="How long they take" tools={tools}>
      {row === undefined ? (
        <Notice title="Nothing was timed yet">One exit in many is, so this takes a moment.</Notice>
      ) : (
        <>
          <Bars {...row} bars={histogramBars(row.time.buckets ?? [])} scale={scale} />
          <p className="below">
            Half took at most <b>{formatDuration(row.time.p50)}</b>, 99 in 100 at most{" "}
            <b>{formatDuration(row.time.p99)}</b>, the longest <b>{formatDuration(row.time.max)}</b>
            ; {row.time.samples.toLocaleString("en")} were timed.
          </p>
        </>
      )}
    </Panel>
  );
}

function Bars({
  name,
  category,
  bars,
  scale,
}: {
  readonly name: string;
  readonly category: string;
  readonly bars: readonly HistogramBar[];
  readonly scale: keyof typeof scales;
}) {
  const colour = colourOf(category, useTheme());
  const frame = useRef<HTMLDivElement>(null);
  const width = Math.max(200, useWidth(frame));
  const xTicks = logTicks(bars[0]?.from ?? 1, bars.at(-1)?.to ?? 10);
  const [low = 1, high = 10] = [xTicks[0], xTicks.at(-1)];
  const most = Math.max(1, ...bars.map(({ count }) => count));
  // Half an exit, as an estimate may say, is below the axis; one is just above it.
  const yTicks = scale === "log" ? logTicks(1, most) : [0, most / 2, most];
  const inner = width - box.left - box.right;
  const tall = box.height - box.top - box.bottom;
  // Labels of an axis need room, and decades are left out where there is none.
  const stride = Math.ceil((xTicks.length * 58) / inner);
  const x = (duration: number) =>
    box.left + (Math.log(duration / low) / Math.log(high / low)) * inner;
  const share = (count: number) =>
    scale === "linear"
      ? count / most
      : Math.log10(Math.max(1, count) * 1.6) / Math.log10((yTicks.at(-1) ?? 10) * 1.6);
  const y = (count: number) => box.top + (1 - share(count)) * tall;
  const base = box.top + tall;
  return (
    <div ref={frame}>
      <svg
        className="chart"
        width={width}
        height={box.height}
        role="img"
        aria-label={`Durations of ${name}, from ${formatDuration(bars[0]?.from ?? 0)} to ${formatDuration(bars.at(-1)?.to ?? 0)}`}
      >
        {yTicks.map((tick) => (
          <g key={tick} className="tick">
            <line x1={box.left} x2={width - box.right} y1={y(tick)} y2={y(tick)} />
            <text x={box.left - 6} y={y(tick) + 3.5} textAnchor="end">
              {compact(tick)}
            </text>
          </g>
        ))}
        {xTicks
          .filter((_, index) => index % stride === 0)
          .map((tick) => (
            <g key={tick} className="tick">
              <line x1={x(tick)} x2={x(tick)} y1={base} y2={base + 4} />
              <text x={x(tick)} y={base + 17} textAnchor="middle">
                {formatDuration(tick).replace(/\.0+(?= )/, "")}
              </text>
            </g>
          ))}
        {bars.map(({ from, to, count }) => (
          <rect
            key={to}
            x={x(from)}
            width={Math.max(1, x(to) - x(from) - 0.5)}
            y={y(count)}
            height={Math.max(0, base - y(count))}
            fill={colour}
          >
            <title>{`${formatDuration(from)} to ${formatDuration(to)}: ${Math.round(count).toLocaleString("en")}`}</title>
          </rect>
        ))}
        <line className="axis" x1={box.left} x2={width - box.right} y1={base} y2={base} />
      </svg>
    </div>
  );
}

function compact(count: number): string {
  return new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }).format(
    count,
  );
}
