import process from "node:process";
import { CheckpointStore } from "../../../shared/blob/checkpoints/checkpoint-store.ts";
import { sumRoots } from "../../../shared/blob/checkpoints/quotas.ts";
import { Collector } from "../../../shared/blob/collector/collector.ts";
import { survey } from "../../../shared/blob/collector/survey.ts";
import { verifyStore } from "../../../shared/blob/collector/verify-store.ts";
import type { ObjectStore } from "../../../shared/blob/objects/object-store.ts";
import { openObjects } from "../../../shared/blob/objects/open-objects.ts";
import { PageStore } from "../../../shared/blob/pages/page-store.ts";
import { rootKindSchema } from "../../../shared/blob/roots/root.ts";
import { parseWords } from "../client/parse-words.ts";
import type { Command, CommandTerminal } from "../command.ts";
import { UsageFailure } from "../usage-failure.ts";

const usage = "trapline store collect|verify|usage|remove KIND/NAME [--store PLACE]";

/** `trapline store …`: what an operator does with a store of blobs and checkpoints. */
export const command: Command = {
  help: `usage: ${usage}

  collect           remove what no run, template or submission leads to; safe at any time, beside
                    everything that uses the store, and when it is killed
  verify            read all that is led to and compare it with its hash; status 1 when damage is found
  usage             what is in the store, and what courses and assignments keep there
  remove KIND/NAME  give up a run, template, assignment or submission; collect then frees its space

  --store PLACE     a directory or s3://BUCKET/PREFIX?endpoint=URL (default: TRAPLINE_BLOBS)
  --grace HOURS     collect: how long something stays without being led to (default: 24)
  --rewrite PERCENT collect: packs with fewer living pages are written anew (default: 50)
  --blobs           collect: files of submissions, too; see docs/storage.md before you do
  --take-over       collect: go on for another collection that is dead
`,

  async run(words, terminal) {
    const { values, positionals } = parseWords(
      words,
      {
        store: { type: "string" },
        grace: { type: "string", default: "24" },
        rewrite: { type: "string", default: "50" },
        blobs: { type: "boolean", default: false },
        "take-over": { type: "boolean", default: false },
      },
      usage,
    );
    const place = values.store ?? process.env.TRAPLINE_BLOBS;
    if (place === undefined) {
      throw new UsageFailure("store-place", "no store is named", "--store PLACE or TRAPLINE_BLOBS");
    }
    const [verb, operand, ...rest] = positionals;
    if (rest.length > 0 || (operand !== undefined) !== (verb === "remove")) {
      throw new UsageFailure("store-words", "a verb is wanted, and one name to remove", usage);
    }
    const objects = await openObjects(place, (name) => process.env[name]);
    switch (verb) {
      case "collect":
        return collect(objects, terminal, {
          grace: amount("--grace", values.grace, 10_000) * 3_600_000,
          rewriteBelow: amount("--rewrite", values.rewrite, 100) / 100,
          blobs: values.blobs,
          takeOver: values["take-over"],
        });
      case "verify":
        return verify(objects, terminal);
      case "usage":
        return showUsage(objects, terminal);
      case "remove":
        return remove(objects, terminal, operand ?? "");
      default:
        throw new UsageFailure("store-verb", `there is no 'trapline store ${verb}'`, usage);
    }
  },
};

async function collect(
  objects: ObjectStore,
  terminal: CommandTerminal,
  options: ConstructorParameters<typeof Collector>[1],
): Promise<number> {
  const { roots, checkpoints, removed, removedBytes, rewritten, bytesBefore } = await explained(
    new Collector(objects, options).collect(),
  );
  terminal.out(
    `${roots} roots lead to ${checkpoints} checkpoints\n` +
      `removed ${removed.packs} packs, ${removed.checkpoints} checkpoints, ${removed.blobs} blobs: ` +
      `${mib(removedBytes)} of ${mib(bytesBefore)}; ${rewritten} packs written anew\n`,
  );
  return 0;
}

async function verify(objects: ObjectStore, terminal: CommandTerminal): Promise<number> {
  let roots = 0;
  let pages = 0;
  let faults = 0;
  for await (const verified of verifyStore(objects, Date.now())) {
    roots++;
    pages += verified.pages;
    if (verified.fault === undefined) continue;
    faults++;
    terminal.out(`${verified.root}: ${verified.fault}\n`);
  }
  const outcome = faults === 0 ? "all is well" : `${faults} are damaged`;
  terminal.out(`${roots} roots, ${pages} pages: ${outcome}\n`);
  return faults === 0 ? 0 : 1;
}

async function showUsage(objects: ObjectStore, terminal: CommandTerminal): Promise<number> {
  const { bytes, packPages } = await survey(objects, true);
  const sumOf = (folder: RegExp) =>
    [...bytes].reduce((sum, [key, size]) => sum + (folder.test(key) ? size : 0), 0);
  const pages = [...packPages.values()].reduce((sum, count) => sum + count, 0);
  terminal.out(
    `packs        ${mib(sumOf(/^packs\//))}: ${packPages.size} with ${pages} pages (${mib(pages * 4096)})\n` +
      `checkpoints  ${mib(sumOf(/^checkpoints\//))}\n` +
      `blobs        ${mib(sumOf(/^[0-9a-f]{2}\//))}\n`,
  );
  const { roots } = new CheckpointStore(new PageStore(objects, { knownPages: 0 }));
  for (const [label, sum] of [...(await sumRoots(roots))].sort()) {
    terminal.out(`${label}  ${mib(sum)}\n`);
  }
  return 0;
}

async function remove(
  objects: ObjectStore,
  terminal: CommandTerminal,
  operand: string,
): Promise<number> {
  const [kind, name = ""] = operand.split("/", 2);
  const parsed = rootKindSchema.safeParse(kind);
  if (!parsed.success || name === "") {
    throw new UsageFailure(
      "store-root",
      `'${operand}' names no root`,
      `KIND/NAME, where KIND is one of ${rootKindSchema.options.join(", ")}`,
    );
  }
  const store = new CheckpointStore(new PageStore(objects, { knownPages: 0 }));
  const held = await store.roots.read(parsed.data, name);
  if (held === undefined) {
    throw new UsageFailure("store-root", `there is no ${operand}`, "`trapline store usage`");
  }
  await store.remove(parsed.data, name, held.root.epoch);
  terminal.out(`${operand} is given up\n`);
  return 0;
}

/** A store's refusal is something that a person can mend. */
async function explained<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") {
      throw error;
    }
    throw new UsageFailure(error.code, error.message, "nothing that is led to was removed");
  }
}

function amount(option: string, text: string, most: number): number {
  const value = Number(text);
  if (!(value >= 0 && value <= most)) {
    throw new UsageFailure("store-amount", `${option} ${text} is no number up to ${most}`, usage);
  }
  return value;
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
