import process from "node:process";
import type { BlobStore } from "../../../shared/blob/blob-store.ts";
import { CheckpointStore } from "../../../shared/blob/checkpoints/checkpoint-store.ts";
import { ObjectBlobs } from "../../../shared/blob/object-blobs.ts";
import { openObjects } from "../../../shared/blob/objects/open-objects.ts";
import { PageStore } from "../../../shared/blob/pages/page-store.ts";
import type { GradingJob } from "../../../shared/protocol/grading-job.ts";
import { AssignmentCatalogue } from "../../api/assignments/assignment-catalogue.ts";
import { readApiConfig } from "../../api/config.ts";
import { ProblemError } from "../../api/problem-error.ts";
import { storeImages } from "../../api/submissions/store-images.ts";
import { parseWords } from "../client/parse-words.ts";
import { textTable } from "../client/text-table.ts";
import type { Command, CommandTerminal } from "../command.ts";
import { UsageFailure } from "../usage-failure.ts";

const usage = "trapline template build ASSIGNMENT | list | remove KEY [--store PLACE]";

/** `trapline template …`: machines that are booted once for all runs of an assignment. */
export const command: Command = {
  help: `usage: ${usage}

An assignment may name a template (docs/assignment.md): its machine is booted once, and each run begins
as a copy of it. Workers make one when they need it; this makes it before, and shows what there is.

  build ASSIGNMENT   boots the assignment's template and stores it, unless it is there
  list               the templates in the store
  remove KEY         gives one up, by the beginning of its key; 'trapline store collect' frees its space

  --store PLACE      a directory or s3://BUCKET/PREFIX?endpoint=URL (default: TRAPLINE_BLOBS)
  --assignments DIR  build: the assignments (default: TRAPLINE_ASSIGNMENTS, or those of Trapline)
  --images DIR       build: built images (default: TRAPLINE_IMAGES, or those of Trapline)
`,

  async run(words, terminal) {
    const { values, positionals } = parseWords(
      words,
      {
        store: { type: "string" },
        assignments: { type: "string" },
        images: { type: "string" },
      },
      usage,
    );
    const place = values.store ?? process.env.TRAPLINE_BLOBS;
    if (place === undefined) {
      throw new UsageFailure("store-place", "no store is named", "--store PLACE or TRAPLINE_BLOBS");
    }
    const [verb, operand, ...rest] = positionals;
    if (rest.length > 0 || (operand !== undefined) !== (verb === "build" || verb === "remove")) {
      throw new UsageFailure("template-words", "a verb is wanted, and one operand", usage);
    }
    const objects = await openObjects(place, (name) => process.env[name]);
    const store = new CheckpointStore(new PageStore(objects));
    switch (verb) {
      case "build": {
        // For where assignments and images are; its other settings are not looked at.
        const { TRAPLINE_ASSIGNMENTS, TRAPLINE_IMAGES } = readApiConfig({
          ...process.env,
          ...{ REDIS_URL: "redis://localhost", TRAPLINE_BLOBS: place },
        });
        const blobs = new ObjectBlobs(objects);
        const folder = values.assignments ?? TRAPLINE_ASSIGNMENTS;
        const catalogue = new AssignmentCatalogue(folder, values.images ?? TRAPLINE_IMAGES, blobs);
        return build(await jobOf(catalogue, blobs, operand ?? ""), { blobs, store }, terminal);
      }
      case "list":
        return list(store, terminal);
      case "remove":
        return remove(store, terminal, operand ?? "");
      default:
        throw new UsageFailure("template-verb", `there is no 'trapline template ${verb}'`, usage);
    }
  },
};

async function build(
  job: GradingJob,
  resources: { blobs: BlobStore; store: CheckpointStore },
  terminal: CommandTerminal,
): Promise<number> {
  const began = performance.now();
  // Not before it is wanted: it brings the monitor.
  const { buildTemplate } = await import("../../../workers/runtime/templates/build-template.ts");
  const { key, isNew, instructions, pages } = await buildTemplate(job, resources);
  const what = `${instructions.toLocaleString("en")} instructions, ${mib(pages * 4096)} of RAM`;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const how = isNew ? `made in ${seconds} s` : "there already";
  terminal.out(`${key.slice(0, 12)}  ${how}: ${what}\n`);
  return 0;
}

/** A job of the assignment in which nothing but a zero is handed in. */
async function jobOf(
  catalogue: AssignmentCatalogue,
  blobs: BlobStore,
  name: string,
): Promise<GradingJob> {
  const entry = await catalogue.find(name);
  if (entry === undefined || "fault" in entry) {
    const message = entry?.fault ?? `there is no assignment '${name}'`;
    throw new UsageFailure("template-assignment", message, "name one of the assignments' folders");
  }
  const { assignment } = entry;
  const zero = await blobs.put([new Uint8Array(1)]);
  const frozen = await blobs.put([new TextEncoder().encode(JSON.stringify(assignment))]);
  const handedIn = assignment.artefacts.map((artefact) => {
    return [artefact.name, { ...zero, start: new Uint8Array(1) }] as const;
  });
  try {
    const images = await storeImages(catalogue, assignment, { artefacts: new Map(handedIn) });
    return { submission: `s-${"a".repeat(16)}`, assignment: frozen.hash, images };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    throw new UsageFailure("template-image", error.message, "build or add what is missing");
  }
}

async function list(store: CheckpointStore, terminal: CommandTerminal): Promise<number> {
  const rows: (string | number)[][] = [];
  for await (const { root } of store.roots.list("template")) {
    if (root.removed !== null || root.checkpoint === null) continue;
    const { header, ramPages } = await store.load(root.checkpoint);
    rows.push([
      root.name.slice(0, 12),
      root.labels.assignment ?? "",
      Number(header.notes.instructions ?? 0),
      mib(ramPages.length * 4096),
      mib(root.bytes),
      root.expires === null ? "stays" : new Date(root.expires).toISOString().slice(0, 10),
    ]);
  }
  const head = ["KEY", "ASSIGNMENT", "INSTRUCTIONS", "RAM", "STORED", "KEPT UNTIL"];
  terminal.out(textTable(head, rows));
  return 0;
}

async function remove(
  store: CheckpointStore,
  terminal: CommandTerminal,
  beginning: string,
): Promise<number> {
  const found: string[] = [];
  for await (const { root } of store.roots.list("template")) {
    if (root.removed === null && root.name.startsWith(beginning)) found.push(root.name);
  }
  const [key] = found;
  if (key === undefined || found.length > 1) {
    const message = `${found.length} templates begin with '${beginning}'`;
    throw new UsageFailure("template-key", message, "`trapline template list` shows them");
  }
  await store.remove("template", key, 0);
  terminal.out(`template ${key.slice(0, 12)} is given up\n`);
  return 0;
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
