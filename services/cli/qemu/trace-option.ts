import { type TraceItem, traceItems } from "../../../workers/runtime/debug/trace-items.ts";
import type { Draft } from "./draft.ts";
import { parseChoice } from "./parse-choice.ts";

/** Items of QEMU that say how it translates, or of which this machine has nothing to tell. */
const silent = [
  ...(["nochain", "guest_errors", "unimp", "page", "tid", "mmu", "cpu_reset", "fpu"] as const),
  ...(["op", "op_opt", "op_ind", "out_asm", "strace", "plugin"] as const),
];

/** `-d ITEM,…`: what to log. */
export function readTrace(draft: Draft, text: string): void {
  const known = Object.keys(traceItems) as TraceItem[];
  if (text === "help" || text === "?") {
    const lines = known.map((name) => `${name.padEnd(10)} ${traceItems[name]}\n`);
    draft.information = `Log items:\n${lines.join("")}`;
    return;
  }
  const words = text.split(",").map((word) => parseChoice("log item", [...known, ...silent], word));
  const items = words.filter((word): word is TraceItem => word in traceItems);
  draft.trace = new Set([...draft.trace, ...items]);
}
