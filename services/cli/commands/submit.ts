import { openAsBlob } from "node:fs";
import { basename } from "node:path";
import process from "node:process";
import type { AssignmentSummary } from "../../../shared/schema/assignment-summary.ts";
import { ApiClient, defaultApi } from "../client/api-client.ts";
import { parseWords } from "../client/parse-words.ts";
import { resultText } from "../client/result-text.ts";
import { showSubmission } from "../client/show-submission.ts";
import type { Command } from "../command.ts";
import { nearestName } from "../nearest-name.ts";
import { UsageFailure } from "../usage-failure.ts";

const usage = "trapline submit ASSIGNMENT [FILE | NAME=FILE]... [--follow] [--api URL]";

/** `trapline submit`: hands files in, and on request waits for the grade. */
export const command: Command = {
  help: `usage: ${usage}

Hands in for an assignment. An assignment with one artefact takes FILE; with more of them say which
is which: kernel=build/kernel.elf disk=disk.img. Without any file it lists what is wanted.

  --follow    show progress and the guest's console until the grade is there
  --api URL   the API (default: TRAPLINE_API, else ${defaultApi})
`,

  async run(words, terminal) {
    const { values, positionals } = parseWords(
      words,
      { follow: { type: "boolean" }, api: { type: "string" } },
      usage,
    );
    const [name, ...files] = positionals;
    const api = new ApiClient(values.api ?? process.env.TRAPLINE_API ?? defaultApi);
    const assignments = await api.assignments();
    const assignment = assignments.find((candidate) => candidate.name === name);
    if (assignment === undefined) {
      throw unknownAssignment(name, assignments);
    }
    if (assignment.unavailable !== undefined) {
      throw new UsageFailure(
        "submit-assignment",
        `${name} cannot be handed in for`,
        `tell your teacher: ${assignment.unavailable}`,
      );
    }
    const submission = await api.submit(await makeForm(assignment, files));
    terminal.err(`· ${submission.id}: ${submission.title}\n`);
    if (values.follow !== true) {
      terminal.out(`${submission.id}\n`);
      terminal.err(`· see \`trapline result ${submission.id}\`\n`);
      return 0;
    }
    const ended = await showSubmission(api, submission.id, terminal);
    terminal.out(`\n${resultText(ended)}`);
    return ended.state === "graded" ? 0 : 1;
  },
};

function unknownAssignment(name: string | undefined, known: readonly AssignmentSummary[]) {
  const names = known.map((assignment) => assignment.name);
  const list = names.length === 0 ? "the API has none" : `there are: ${names.join(", ")}`;
  if (name === undefined) {
    return new UsageFailure("submit-assignment", "which assignment?", `${list}; usage: ${usage}`);
  }
  const nearest = names.length === 0 ? "" : `; the nearest is '${nearestName(name, names)}'`;
  return new UsageFailure("submit-assignment", `there is no assignment '${name}'${nearest}`, list);
}

async function makeForm(
  { name, artefacts }: AssignmentSummary,
  files: readonly string[],
): Promise<FormData> {
  const wanted = artefacts
    .map((artefact) => `${artefact.name}=FILE${artefact.optional ? " (optional)" : ""}`)
    .join(" ");
  const hint = `${name} takes ${wanted === "" ? "no files" : wanted}`;
  const form = new FormData();
  form.append("assignment", name);
  for (const word of files) {
    const [, field, path] = /^([a-z][a-z0-9_-]*)=(.+)$/s.exec(word) ?? [];
    const known = artefacts.find((artefact) => artefact.name === field);
    const only = artefacts.length === 1 ? artefacts[0] : undefined;
    const artefact = known ?? only;
    if (artefact === undefined) {
      throw new UsageFailure("submit-file", `which artefact is '${word}'?`, hint);
    }
    const file = known === undefined || path === undefined ? word : path;
    form.append(artefact.name, await openFile(file), basename(file));
  }
  const missing = artefacts.filter((artefact) => !artefact.optional && !form.has(artefact.name));
  if (missing.length > 0) {
    const names = missing.map((artefact) => artefact.name).join(", ");
    throw new UsageFailure("submit-file", `${name} also wants: ${names}`, hint);
  }
  return form;
}

async function openFile(path: string): Promise<Blob> {
  try {
    return await openAsBlob(path);
  } catch {
    throw new UsageFailure("submit-file", `the file '${path}' cannot be read`, "check its path");
  }
}
