import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { percent } from "../../../shared/telemetry/percent.ts";
import { type FlameBox, flameBoxes } from "../model/flame-boxes.ts";
import type { Frame } from "../model/parse-folded.ts";
import { useWidth } from "../parts/use-width.ts";

const rowHeight = 20;
/** Of a letter, about; the boxes clip what is wider. */
const letterWidth = 6.6;

/**
 * A flame graph that hangs from its top. A click fills the width with a frame; the arrow keys go from frame
 * to frame, Enter does what a click does, Escape goes back to all.
 */
export function FlameGraph({ root }: { readonly root: Frame }) {
  const [way, setWay] = useState<readonly string[]>([]);
  const [current, setCurrent] = useState(root.name);
  const [sought, setSought] = useState("");
  const svg = useRef<SVGSVGElement>(null);
  const whole = useRef<HTMLDivElement>(null);
  const width = useWidth(whole);
  const boxes = useMemo(() => flameBoxes(root, way), [root, way]);
  const depth = boxes.reduce((most, box) => Math.max(most, box.depth), 0) + 1;
  const shown = boxes.find(({ path }) => path === current) ?? boxes[0];
  const isSought = ({ name }: Frame) =>
    sought !== "" && name.toLowerCase().includes(sought.toLowerCase());
  const focus = (box: FlameBox | undefined) => {
    if (box === undefined) return;
    setCurrent(box.path);
    svg.current?.querySelector<SVGGElement>(`[data-index="${boxes.indexOf(box)}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent, box: FlameBox) => {
    const row = boxes.filter((one) => one.depth === box.depth).sort((a, b) => a.left - b.left);
    switch (event.key) {
      case "ArrowDown":
        focus(boxes.find(({ parent }) => parent === box.path));
        break;
      case "ArrowUp":
        focus(boxes.find(({ path }) => path === box.parent));
        break;
      case "ArrowRight":
        focus(row[row.indexOf(box) + 1]);
        break;
      case "ArrowLeft":
        focus(row[row.indexOf(box) - 1]);
        break;
      case "Enter":
      case " ":
        setWay(wayTo(box));
        break;
      case "Escape":
        setWay([]);
        break;
      default:
        return;
    }
    event.preventDefault();
  };
  return (
    <div className="flame" ref={whole}>
      <div className="tools">
        <label>
          <span>Find </span>
          <input value={sought} onChange={(event) => setSought(event.target.value)} size={18} />
        </label>
        <button type="button" disabled={way.length === 0} onClick={() => setWay([])}>
          Show all
        </button>
      </div>
      <p className="below" aria-live="polite">
        {shown && (
          <>
            <code>{shown.frame.name}</code>: {percent(shown.frame.samples, root.samples)} of{" "}
            {root.samples.toLocaleString("en")} samples
          </>
        )}
      </p>
      <div
        role="tree"
        aria-label="Flame graph of the guest. Arrow keys go from frame to frame, Enter shows one in full width, Escape shows all."
      >
        <svg ref={svg} width={width} height={depth * rowHeight} role="presentation">
          {boxes.map((box, index) => (
            <g
              key={box.path}
              data-index={index}
              role="treeitem"
              aria-level={box.depth + 1}
              tabIndex={box === shown ? 0 : -1}
              aria-label={`${box.frame.name}, ${percent(box.frame.samples, root.samples)}`}
              className={isSought(box.frame) ? "frame found" : "frame"}
              onClick={() => setWay(wayTo(box))}
              onPointerEnter={() => setCurrent(box.path)}
              onFocus={() => setCurrent(box.path)}
              onKeyDown={(event) => onKeyDown(event, box)}
            >
              <rect
                x={box.left * width}
                y={box.depth * rowHeight}
                width={Math.max(0.5, box.width * width - 0.5)}
                height={rowHeight - 1}
                className={`box warm-${warmth(box.frame.name)}`}
              />
              <Label box={box} width={width} />
            </g>
          ))}
        </svg>
      </div>
    </div>
  );
}

/** As much of the name as the box has room for. */
function Label({
  box: { frame, left, width: share, depth },
  width,
}: {
  readonly box: FlameBox;
  readonly width: number;
}) {
  const letters = Math.floor((share * width - 6) / letterWidth);
  if (letters < 3) return null;
  const text = frame.name.length <= letters ? frame.name : `${frame.name.slice(0, letters - 1)}…`;
  return (
    <text className="frame-name" x={left * width + 4} y={depth * rowHeight + 14}>
      {text}
    </text>
  );
}

/** Names below the root, down to a box. */
function wayTo({ path }: FlameBox): readonly string[] {
  return path.split(";").slice(1);
}

/** The same name has the same colour in every graph; the colours mean nothing else. */
function warmth(name: string): number {
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 997;
  return hash % 5;
}
