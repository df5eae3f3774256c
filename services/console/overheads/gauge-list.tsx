import type { ExitReport } from "../../../shared/schema/exit-report.ts";
import { formatDuration } from "../../../shared/telemetry/format-duration.ts";
import { formatBytes } from "../model/format-bytes.ts";
import { ColumnHeads } from "../parts/column-heads.tsx";
import { Notice } from "../parts/notice.tsx";
import { Panel } from "../parts/panel.tsx";
import { ScrollBox } from "../parts/scroll-box.tsx";

const pageBytes = 4096;
const mostSlow = 6;

/** What the monitor keeps for the guest, and the longest single exits. */
export function GaugeList({ report: { gauges, slowest } }: { readonly report: ExitReport }) {
  const figures = gauges && [
    ["memory with content of its own", formatBytes(gauges.residentPages * pageBytes)],
    [
      "translated code",
      `${formatBytes(gauges.translatedBytes)} in ${count(gauges.translatedRegions)} regions`,
    ],
    ["regions given up", count(gauges.evictions)],
    ["TLB misses handled", count(gauges.tlbFills)],
    [
      "pages written to",
      gauges.dirtyPagesPerSecond === undefined
        ? undefined
        : `${count(gauges.dirtyPagesPerSecond)} per second`,
    ],
    [
      "standstill if it moved now",
      gauges.predictedDowntime === undefined ? undefined : formatDuration(gauges.predictedDowntime),
    ],
  ];
  const longest = [...(slowest ?? [])].sort((a, b) => b.duration - a.duration).slice(0, mostSlow);
  return (
    <Panel title="The machine now, and its longest exits">
      {figures === undefined && longest.length === 0 && (
        <Notice title="Nothing is known of it yet" />
      )}
      {figures && (
        <dl className="figures">
          {figures.map(([name, text]) =>
            text === undefined ? null : (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{text}</dd>
              </div>
            ),
          )}
        </dl>
      )}
      {longest.length > 0 && (
        <ScrollBox label="Longest exits">
          <table>
            <caption className="unseen">The longest single exits that were seen</caption>
            <ColumnHeads words={["exit"]} numbers={["took", "at step", "program counter"]} />
            <tbody>
              {longest.map(({ category, duration, at, pc, started }) => (
                <tr key={`${category} ${at} ${started}`}>
                  <th scope="row">{category}</th>
                  <td className="number">{formatDuration(duration)}</td>
                  <td className="number">{count(at)}</td>
                  <td className="number">
                    <code>{pc}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
    </Panel>
  );
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}
