import type { FollowedEvent } from "./follow-submission.ts";

/**
 * One line for a person who waits; undefined for what is shown otherwise (console, end) or says
 * nothing new.
 */
export function describeEvent(event: FollowedEvent): string | undefined {
  switch (event.type) {
    case "queued":
      return "queued";
    case "queue":
      return event.position === 0
        ? "next in the queue"
        : `${event.position} before this one in the queue`;
    case "run": {
      const { epoch, worker, runtime } = event.data;
      const again = epoch === 1 ? "" : `, run ${epoch}`;
      return `booting on ${worker} (${runtime}${again})`;
    }
    case "resumed":
      return `goes on from its checkpoint (${millions(event.data.instructions)} instructions)`;
    case "migrated":
      return `goes on on ${event.data.worker} (${event.data.runtime})`;
    case "template":
      return `begins behind its boot, as a copy of the template (${millions(event.data.instructions)} instructions)`;
    case "progress": {
      const { step, steps, waitingFor, instructions } = event.data;
      return step >= steps
        ? undefined
        : `step ${step + 1} of ${steps}: ${waitingFor} (${millions(instructions)} instructions)`;
    }
    case "step": {
      const { name, state, points, earned, sentence } = event.data;
      if (points === 0 && state === "passed") {
        return undefined;
      }
      const mark = state === "passed" ? "✓" : "✗";
      const worth = points > 0 ? ` ${earned}/${points}` : "";
      return `${mark} ${name}${worth}: ${sentence}`;
    }
    case "interrupted":
      return `interrupted: ${event.data.reason}`;
    case "console":
    case "end":
      return undefined;
  }
}

function millions(instructions: number): string {
  return `${Math.round(instructions / 1e6).toLocaleString("en")} M`;
}
