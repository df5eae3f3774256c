import type { RunReport } from "../thread/thread-protocol.ts";

const mostStatus = 255;

/** What a debugger is told of a run that has ended: in words, and the status of its guest. */
export function farewellTo({
  end,
}: Pick<RunReport, "end">): readonly [words: string, exit: number] {
  if (end.kind === "power-off") {
    return ["the guest has powered off", Math.min(Math.max(end.code, 0), mostStatus)];
  }
  return [`the run has ended: ${end.kind.replaceAll("-", " ")}`, end.kind === "completed" ? 0 : 1];
}
