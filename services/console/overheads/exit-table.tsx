import { useState } from "react";
import type { ExitReport } from "../../../shared/schema/exit-report.ts";
import { formatDuration } from "../../../shared/telemetry/format-duration.ts";
import { percent } from "../../../shared/telemetry/percent.ts";
import { wallTime } from "../../../shared/telemetry/wall-time.ts";
import { categoryLook } from "../model/category-look.ts";
import { type ExitColumn, type ExitLine, exitColumns, exitLines } from "../model/exit-lines.ts";
import { Notice } from "../parts/notice.tsx";
import { ScrollBox } from "../parts/scroll-box.tsx";
import { Swatch } from "../parts/swatch.tsx";

type Column = ExitColumn | "exit";

/** Exits by category as `perf kvm stat` shows them; a category opens into its parts. */
export function ExitTable({ report }: { readonly report: ExitReport }) {
  const [order, setOrder] = useState<{ by: Column; descending: boolean }>({
    by: "time",
    descending: true,
  });
  const lines = exitLines(report, order);
  if (lines.length === 0) return <Notice title="The guest has not left its own code yet" />;
  const counts = report.rows.reduce((sum, { count }) => sum + count, 0);
  const rate = report.instructions === 0 ? 0 : (counts / report.instructions) * 1e6;
  const whole = wallTime(report.time);
  const sortBy = (by: Column) =>
    setOrder({ by, descending: by === order.by ? !order.descending : by !== "exit" });
  return (
    <>
      <ScrollBox label="Exits by category">
        <table className="exits">
          <caption className="unseen">
            Exits by category. Counts are exact, times are estimated from samples. The buttons of
            the first row sort the table.
          </caption>
          <thead>
            <tr>
              <Head name="exit" order={order} onSort={sortBy} />
              {exitColumns.map((name) => (
                <Head key={name} name={name} order={order} onSort={sortBy} />
              ))}
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <Line key={line.name} line={line} />
            ))}
          </tbody>
          {report.time.idle > 0 && (
            <tfoot>
              <tr>
                <th scope="row">
                  <Swatch name="idle" />
                  idle
                </th>
                <td colSpan={2} className="number quiet">
                  no overhead
                </td>
                <td className="number">{formatDuration(report.time.idle)}</td>
                <td colSpan={6} className="quiet">
                  {percent(report.time.idle, whole)} of the run's time, in none of the shares above
                </td>
              </tr>
            </tfoot>
          )}
        </table>
      </ScrollBox>
      <p className="below">
        {counts.toLocaleString("en")} exits in {report.instructions.toLocaleString("en")}{" "}
        instructions, <b>{rate.toFixed(1)}</b> per million
      </p>
    </>
  );
}

function Head({
  name,
  order,
  onSort,
}: {
  readonly name: Column;
  readonly order: { readonly by: Column; readonly descending: boolean };
  readonly onSort: (name: Column) => void;
}) {
  const isSorted = order.by === name;
  const direction = order.descending ? "descending" : "ascending";
  return (
    <th
      scope="col"
      className={name === "exit" ? undefined : "number"}
      aria-sort={isSorted ? direction : undefined}
    >
      <button type="button" className="head" onClick={() => onSort(name)}>
        {name}
        <span aria-hidden="true">{isSorted ? (order.descending ? " ↓" : " ↑") : ""}</span>
      </button>
    </th>
  );
}

function Line({ line }: { readonly line: ExitLine }) {
  const [isOpen, setOpen] = useState(false);
  const name = (
    <>
      <Swatch name={line.name} />
      {line.name} <span className="meaning">{categoryLook(line.name).label}</span>
    </>
  );
  return (
    <>
      <tr>
        <th scope="row">
          {line.parts.length === 0 ? (
            <span className="leaf">{name}</span>
          ) : (
            <button
              type="button"
              className="opener"
              aria-expanded={isOpen}
              onClick={() => setOpen(!isOpen)}
            >
              {name}
            </button>
          )}
        </th>
        <Cells line={line} />
      </tr>
      {isOpen &&
        line.parts.map((part) => (
          <tr key={part.name} className="part-of">
            <th scope="row">{part.name}</th>
            <Cells line={part} />
          </tr>
        ))}
    </>
  );
}

function Cells({ line }: { readonly line: ExitLine }) {
  const { cells, samples, isRough, timeShare } = line;
  const timed = `${samples.toLocaleString("en")} that ${samples === 1 ? "was" : "were"} timed`;
  const caution = isRough ? "; a single long one may be much of it" : "";
  const source = `estimated from ${timed}${caution}`;
  return exitColumns.map((column, index) => {
    const isEstimate = column === "time" || column === "time share";
    return (
      <td
        key={column}
        className={isEstimate && isRough ? "number rough" : "number"}
        title={isEstimate && samples > 0 ? source : undefined}
      >
        {column === "time share" && timeShare > 0 && (
          <span className="gauge" aria-hidden="true" style={{ width: `${timeShare * 100}%` }} />
        )}
        {cells[index]}
      </td>
    );
  });
}
