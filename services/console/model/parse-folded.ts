export interface Frame {
  readonly name: string;
  /** Samples in it and in what it has called. */
  readonly samples: number;
  readonly children: readonly Frame[];
}

/** Deeper stacks are cut: each frame is a box below another one. */
const deepest = 128;

interface Growing {
  readonly name: string;
  samples: number;
  readonly children: Map<string, Growing>;
}

/**
 * Folded stacks, `outer;inner;innermost 12` a line, as a tree with `all` at its root; what has most
 * samples first. A line that is none is left out: what a guest's symbols are called is up to the guest.
 */
export function parseFolded(text: string): Frame {
  const root: Growing = { name: "all", samples: 0, children: new Map() };
  for (const line of text.split("\n")) {
    const [, stack, samples] = /^(.+) (\d{1,15})$/.exec(line.trim()) ?? [];
    if (stack === undefined || samples === undefined) continue;
    let at = root;
    at.samples += Number(samples);
    for (const name of stack.split(";").slice(0, deepest)) {
      let child = at.children.get(name);
      if (child === undefined) {
        child = { name, samples: 0, children: new Map() };
        at.children.set(name, child);
      }
      child.samples += Number(samples);
      at = child;
    }
  }
  return grown(root);
}

function grown({ name, samples, children }: Growing): Frame {
  const list = [...children.values()].map(grown).sort((a, b) => b.samples - a.samples);
  return { name, samples, children: list };
}
