import type { Submission } from "../../../shared/schema/submission.ts";

/** A submission as a person reads it in a terminal. */
export function resultText(submission: Submission): string {
  const { id, title, assignment, state, maxScore, result, failure } = submission;
  const lines = [`${title} (${assignment}), ${id}`];
  if (result === undefined) {
    lines.push(`${state}${pending(submission)}${failure === undefined ? "" : `: ${failure}`}`);
    return `${lines.join("\n")}\n`;
  }
  lines.push("");
  const graded = result.steps.filter((step) => step.points > 0);
  const width = Math.max(...graded.map((step) => step.name.length));
  for (const { name, state, earned, points, sentence } of graded) {
    const mark = state === "passed" ? "✓" : state === "failed" ? "✗" : "–";
    lines.push(
      `  ${mark} ${name.padEnd(width)}  ${`${earned}/${points}`.padStart(6)}  ${sentence}`,
    );
  }
  lines.push("", `  ${result.summary}`, "");
  if (result.score < maxScore) {
    const tail = result.consoleTail.split("\n").filter((line) => line.trim() !== "");
    if (tail.length > 0) {
      lines.push("  Last console lines:", ...tail.slice(-10).map((line) => `  | ${line}`), "");
    }
  }
  const exits = Object.entries(result.exits).filter(([, count]) => count > 0);
  const total = exits.reduce((sum, [, count]) => sum + count, 0);
  lines.push(
    `  ${result.instructions.toLocaleString("en")} instructions, ${total.toLocaleString("en")} exits, ` +
      `${(result.elapsed / 1000).toFixed(1)} s on ${result.worker} (${result.runtime})` +
      `${result.epoch > 1 ? `, run ${result.epoch}` : ""}`,
  );
  if (result.fromTemplate !== undefined) {
    const booted = result.fromTemplate.toLocaleString("en");
    lines.push(`  the first ${booted} instructions, its boot, were taken from the template`);
  }
  if (result.withoutTranslation) {
    lines.push("  interpreted: its translated code has failed on the worker");
  }
  if (result.stateHash !== undefined) {
    lines.push(`  state ${result.stateHash}`);
  }
  return `${lines.join("\n")}\n`;
}

function pending({ queuePosition, progress }: Submission): string {
  if (queuePosition !== undefined) {
    return queuePosition === 0 ? ", next" : `, ${queuePosition} before this one`;
  }
  return progress === undefined
    ? ""
    : `, step ${progress.step + 1} of ${progress.steps}: ${progress.waitingFor}`;
}
