import { setTimeout as sleep } from "node:timers/promises";
import { PlainConsole } from "../../../shared/protocol/plain-console.ts";
import type { Submission } from "../../../shared/schema/submission.ts";
import type { CommandTerminal } from "../command.ts";
import type { ApiClient } from "./api-client.ts";
import { describeEvent } from "./describe-event.ts";
import { followSubmission } from "./follow-submission.ts";

/** Shows a submission's console (out) and progress (err) until it has ended. */
export async function showSubmission(
  api: ApiClient,
  id: string,
  terminal: CommandTerminal,
): Promise<Submission> {
  const console = new PlainConsole();
  let isLineOpen = false;
  let shown: string | undefined;
  for await (const event of followSubmission(api, id)) {
    if (event.type === "console") {
      const text = console.push(event.data.text);
      if (text !== "") {
        terminal.out(text);
        isLineOpen = !text.endsWith("\n");
      }
      continue;
    }
    const line = describeEvent(event);
    if (line !== undefined && line !== shown) {
      terminal.err(`${isLineOpen ? "\n" : ""}· ${line}\n`);
      isLineOpen = false;
      shown = line;
    }
  }
  if (isLineOpen) {
    terminal.out("\n");
  }
  return ended(api, id);
}

/** The stream may have been cut by the end of its retention; the submission itself knows. */
async function ended(api: ApiClient, id: string): Promise<Submission> {
  for (;;) {
    const submission = await api.submission(id);
    if (submission.state !== "queued" && submission.state !== "running") {
      return submission;
    }
    await sleep(1000);
  }
}
