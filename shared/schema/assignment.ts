import { z } from "zod";
import { artefactNameSchema } from "./artefact-name.ts";
import { engineNames } from "./engine-names.ts";
import { fileFormatSchema } from "./file-format.ts";
import { imageSourceSchema } from "./image-source.ts";
import { bytesSchema, instructionsSchema, millisecondsSchema } from "./quantities.ts";
import { stepSchema } from "./step.ts";
import { templateFaults, templateSchema } from "./template.ts";

const MiB = 2 ** 20;

const bounded = (schema: typeof bytesSchema, low: number, high: number, words: string) =>
  schema.refine((value) => value >= low && value <= high, { message: `must be ${words}` });

const artefactSchema = z.strictObject({
  name: artefactNameSchema,
  description: z.string().max(500).default(""),
  "max-bytes": bounded(bytesSchema, 1, 512 * MiB, "between 1 byte and 512M").default(16 * MiB),
  optional: z.boolean().default(false),
  format: fileFormatSchema.default("any"),
});

const mostHarts = "must be between 1 and 8 harts";

const diskSchema = z.strictObject({
  name: artefactNameSchema,
  slot: z.int().min(0).max(7),
  source: imageSourceSchema,
  /** Of a disk that is handed in: so large whatever comes, with zeros behind it. */
  size: bounded(bytesSchema, 512, 512 * MiB, "between 512 bytes and 512M")
    .refine((size) => size % 512 === 0, {
      message: "must be a whole number of sectors of 512 bytes",
    })
    .optional(),
  "read-only": z.boolean().default(false),
});

const machineSchema = z.strictObject({
  ram: bounded(bytesSchema, MiB, 2048 * MiB, "between 1M and 2G"),
  engine: z.enum(engineNames, `must be one of ${engineNames.join(", ")}`).default("translate"),
  harts: z.int("must be a whole number").min(1, mostHarts).max(8, mostHarts).default(1),
  seed: z.int().min(0).max(0xffff_ffff).default(0),
  firmware: z.enum(["none", "sbi"]),
  kernel: imageSourceSchema,
  initrd: imageSourceSchema.optional(),
  "command-line": z.string().max(2000).optional(),
  disks: z.array(diskSchema).max(8).default([]),
  /** A virtio-rng, in the lowest slot that no disk takes. */
  rng: z.boolean().default(false),
});

const limitsSchema = z.strictObject({
  instructions: bounded(instructionsSchema, 1, 1e12, "between 1 and 1T instructions"),
  /** Bytes of RAM that the guest may touch; without it, all. */
  memory: bounded(bytesSchema, MiB, 3072 * MiB, "between 1M and 3G").optional(),
  output: bounded(bytesSchema, 1, 16 * MiB, "between 1 byte and 16M").default(MiB),
  "wall-clock": bounded(millisecondsSchema, 1000, 3_600_000, "between 1s and 60m").default(120_000),
});

/**
 * A homework: which machine, what the student hands in, how far it may run, what it must show.
 *
 * This is `assignment.yaml` after parsing, and also what travels to the worker: parsing it again
 * gives the same value.
 */
export const assignmentSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/, "must be lower-case letters, digits and -"),
    title: z.string().min(1).max(200),
    description: z.string().max(10_000).default(""),
    artefacts: z.array(artefactSchema).max(16).default([]),
    machine: machineSchema,
    limits: limitsSchema,
    template: templateSchema.optional(),
    /** Each run is looked at each so many steps: where its guest spends its instructions. */
    profile: z
      .strictObject({
        period: bounded(instructionsSchema, 10_000, 1e10, "between 10k and 10G instructions"),
      })
      .optional(),
    steps: z.array(stepSchema).min(1).max(200),
  })
  .superRefine((assignment, context) => {
    const report = (path: (string | number)[], message: string) =>
      context.addIssue({ code: "custom", path, message });

    const names = assignment.artefacts.map((artefact) => artefact.name);
    for (const [index, name] of names.entries()) {
      if (names.indexOf(name) !== index) {
        report(["artefacts", index, "name"], `${name} is used twice`);
      }
    }
    const { machine } = assignment;
    const sources: [(string | number)[], { submission?: string | undefined } | undefined][] = [
      [["machine", "kernel"], machine.kernel],
      [["machine", "initrd"], machine.initrd],
      ...machine.disks.map((disk, index): [(string | number)[], typeof disk.source] => [
        ["machine", "disks", index, "source"],
        disk.source,
      ]),
    ];
    for (const [path, source] of sources) {
      if (source?.submission !== undefined && !names.includes(source.submission)) {
        report([...path, "submission"], `${source.submission} is not listed under artefacts`);
      }
    }
    for (const [index, disk] of machine.disks.entries()) {
      if (machine.disks.findIndex((other) => other.slot === disk.slot) !== index) {
        report(["machine", "disks", index, "slot"], `slot ${disk.slot} is taken`);
      }
      if (machine.disks.findIndex((other) => other.name === disk.name) !== index) {
        report(["machine", "disks", index, "name"], `${disk.name} is used twice`);
      }
      const artefact = assignment.artefacts.find(({ name }) => name === disk.source.submission);
      if (disk.size !== undefined && disk.source.submission === undefined) {
        report(["machine", "disks", index, "size"], "belongs to a disk that is handed in only");
      } else if (disk.size !== undefined && artefact && artefact["max-bytes"] > disk.size) {
        const most = `artefact ${artefact.name} may have ${artefact["max-bytes"]} bytes`;
        report(["machine", "disks", index, "size"], `is too small: ${most} (max-bytes)`);
      }
    }
    if (machine.rng && machine.disks.length === 8) {
      report(["machine", "rng"], "no slot is left: disks take all eight");
    }
    const exitIndex = assignment.steps.findIndex((step) => step["exit-code"] !== undefined);
    const behind = exitIndex < 0 ? [] : assignment.steps.slice(exitIndex + 1);
    if (behind.some((step) => step.assert === undefined)) {
      const why = "nothing runs after it, and only assertions may follow";
      report(["steps", exitIndex], `exit-code must be the last step: ${why}`);
    }
    for (const [index, { assert }] of assignment.steps.entries()) {
      const since = assert?.since;
      if (since === undefined) continue;
      const named = assignment.steps.flatMap(({ name }, at) => (name === since ? [at] : []));
      const path = ["steps", index, "assert", "since"];
      const quoted = JSON.stringify(since);
      if (named.length > 1) report(path, `is the name of ${named.length} steps: ${quoted}`);
      else if (!named.some((at) => at < index)) report(path, `names no step before it: ${quoted}`);
    }
    if (!assignment.steps.some((step) => step.points > 0)) {
      report(["steps"], "give no points: at least one step needs points");
    }
    for (const { path, message } of templateFaults(assignment)) report(path, message);
  });

export type Assignment = z.infer<typeof assignmentSchema>;
