import uPlot from "uplot";
import { formatDuration } from "../../../shared/telemetry/format-duration.ts";
import type { Theme } from "../model/colour-of.ts";
import type { TimeMark } from "../model/time-marks.ts";

interface Ink {
  readonly text: string;
  readonly line: string;
  readonly page: string;
  readonly mark: string;
}

const inks: Readonly<Record<Theme, Ink>> = {
  light: { text: "#55606b", line: "#d8dde2", page: "#ffffff", mark: "#1b2229" },
  dark: { text: "#a3adb8", line: "#3a424b", page: "#171b20", mark: "#e4e8ec" },
};
const font = "11px system-ui, sans-serif";

/** Stacked layers over the run's own time, the tallest first; without a legend, which stands below. */
export function chartOptions({
  colours,
  theme,
  marks,
  onPoint,
}: {
  /** Of the layers, the tallest first. */
  readonly colours: readonly string[];
  readonly theme: Theme;
  readonly marks: () => readonly TimeMark[];
  /** The interval that is pointed at; undefined for none. */
  readonly onPoint: (index: number | undefined) => void;
}): Omit<uPlot.Options, "width" | "height"> {
  const ink = inks[theme];
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  const axis = {
    stroke: ink.text,
    font,
    grid: { stroke: ink.line, width: 1 },
    ticks: { show: false },
  };
  return {
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: { x: { time: false }, y: { range: [0, 1] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 28,
        values: (_, values) =>
          values.map((value) => (value === 0 ? "0" : formatDuration(value * 1e9))),
      },
      {
        ...axis,
        size: 44,
        values: (_, values) => values.map((value) => `${Math.round(value * 100)} %`),
      },
    ],
    series: [
      {},
      ...colours.map(
        (fill): uPlot.Series => ({
          fill,
          // A line of the page's colour between two layers tells them apart without any colour.
          stroke: ink.page,
          width: 0.75,
          points: { show: false },
          ...(stepped && { paths: stepped }),
        }),
      ),
    ],
    hooks: {
      draw: [(plot) => drawMarks(plot, marks(), ink)],
      setCursor: [
        ({ cursor: { left, idx }, data }) => {
          const isOver =
            left !== undefined && left !== null && left >= 0 && idx !== undefined && idx !== null;
          onPoint(isOver ? Math.min(idx, data[0].length - 2) : undefined);
        },
      ],
    },
  };
}

/** Lines where steps were decided (dotted) and where the run moved (solid, with its goal). */
function drawMarks(plot: uPlot, marks: readonly TimeMark[], ink: Ink): void {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = ink.mark;
  ctx.lineWidth = scale;
  ctx.font = `${11 * scale}px system-ui, sans-serif`;
  for (const { at, kind, label } of marks) {
    const x = Math.round(plot.valToPos(at, "x", true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.setLineDash(kind === "step" ? [2 * scale, 3 * scale] : []);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    if (kind === "move") drawLabel(ctx, label, x, bbox.top, ink);
  }
  ctx.restore();
}

/** On a plate of its own, for there is any colour below it. */
function drawLabel(
  ctx: CanvasRenderingContext2D,
  label: string,
  x: number,
  top: number,
  ink: Ink,
): void {
  const scale = devicePixelRatio;
  ctx.fillStyle = ink.page;
  ctx.fillRect(x, top, ctx.measureText(label).width + 10 * scale, 17 * scale);
  ctx.fillStyle = ink.mark;
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  ctx.fillText(label, x + 5 * scale, top + 12 * scale);
}
