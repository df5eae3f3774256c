import type { TimeSplit } from "../../../shared/schema/exit-report.ts";
import { formatDuration } from "../../../shared/telemetry/format-duration.ts";
import { percent } from "../../../shared/telemetry/percent.ts";
import { wallTime } from "../../../shared/telemetry/wall-time.ts";
import { timePartLabels } from "../model/time-parts.ts";

/** These are named even where there is nothing of them. */
const always: readonly string[] = ["guest", "monitor"];
const parts = ["guest", "monitor", "driver", "waiting", "paused", "idle"] as const;

/** All of a run's time in one bar, with its parts named below. */
export function TimeSplitBar({ time }: { readonly time: TimeSplit }) {
  const whole = wallTime(time);
  const shown = parts.filter((part) => time[part] > 0 || always.includes(part));
  if (whole === 0) return null;
  return (
    <div className="split">
      <div className="bar" aria-hidden="true">
        {shown.map((part) => (
          <span key={part} className={`part ${part}`} style={{ flexGrow: time[part] / whole }} />
        ))}
      </div>
      <ul aria-label={`Where ${formatDuration(whole)} went`}>
        {shown.map((part) => (
          <li key={part}>
            <span className={`swatch part ${part}`} aria-hidden="true" />
            {part === "monitor" ? "monitor (exits)" : timePartLabels[part]}{" "}
            <b>{percent(time[part], whole)}</b>{" "}
            <span className="quiet">{formatDuration(time[part])}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
