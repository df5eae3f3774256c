import type { Frame } from "./parse-folded.ts";

export interface FlameBox {
  readonly frame: Frame;
  /** From 0 to 1. */
  readonly left: number;
  readonly width: number;
  readonly depth: number;
  /** Names from the root to here; identifies the box. */
  readonly path: string;
  readonly parent: string | undefined;
}

/**
 * Where the frames of a flame graph lie when one of them fills its width: those on the way to it at full
 * width, then it and what it has called. What would be narrower than `least` is left out.
 *
 * @param way names below the root, down to the frame that is looked at
 */
export function flameBoxes(
  root: Frame,
  way: readonly string[] = [],
  least = 0.001,
): readonly FlameBox[] {
  const boxes: FlameBox[] = [];
  const place = (frame: Frame, left: number, width: number, depth: number, parent?: FlameBox) => {
    const path = parent === undefined ? frame.name : `${parent.path};${frame.name}`;
    const box = { frame, left, width, depth, path, parent: parent?.path };
    boxes.push(box);
    return box;
  };
  const fill = (frame: Frame, left: number, width: number, depth: number, parent?: FlameBox) => {
    const box = place(frame, left, width, depth, parent);
    let at = left;
    for (const child of frame.children) {
      const part = (child.samples / frame.samples) * width;
      if (part >= least) fill(child, at, part, depth + 1, box);
      at += part;
    }
  };
  let frame = root;
  let parent: FlameBox | undefined;
  let depth = 0;
  for (const name of way) {
    const next = frame.children.find((child) => child.name === name);
    if (next === undefined) break;
    parent = place(frame, 0, 1, depth, parent);
    frame = next;
    depth += 1;
  }
  fill(frame, 0, 1, depth, parent);
  return boxes;
}
