/**
 * What a local run adds to a snapshot of its machine: what it is called, what guests have written to
 * disks that forget it otherwise, and how far the console script is.
 *
 * Values are checked when they are read, as those of the machine are.
 */
import { z } from "zod";
import {
  type ConsoleScriptState,
  decodeValue,
  encodeValue,
  Failure,
  peekSection,
  type Sections,
} from "../../../vmm/mod.ts";

const whole = z.number().int().nonnegative();
const bytes = z.instanceof(Uint8Array<ArrayBufferLike>);

const aboutSchema = z.strictObject({
  name: z.string().max(64),
  /** Milliseconds since 1970. */
  savedAt: whole,
  /** Guest time in nanoseconds, and instructions retired. */
  now: z.number().nonnegative(),
  instructions: whole,
  ramBytes: whole,
  harts: whole,
});
export type SnapshotAbout = z.infer<typeof aboutSchema>;

const diskSchema = z.strictObject({
  name: z.string().max(256),
  bytes: whole,
  /** Of the image file, in milliseconds since 1970: whether it is still the same. */
  modified: z.number(),
  /** What was written in memory; absent for a disk that nobody may write. */
  written: z
    .array(z.strictObject({ page: whole, bytes }))
    .max(2 ** 22)
    .optional(),
});
export type SavedDisk = z.infer<typeof diskSchema>;

const reportSchema = z.strictObject({
  state: z.enum(["passed", "failed", "not-reached"]),
  waitedFor: z.string(),
  atInstruction: whole.exactOptional(),
  sentence: z.string(),
});
const countsSchema = z.record(z.string().max(64), whole);
const markSchema = z.strictObject({
  exits: countsSchema,
  parts: z.record(z.string().max(64), countsSchema),
});
const scriptSchema = z.strictObject({
  steps: whole,
  state: z.strictObject({
    reports: z.array(reportSchema).max(10_000),
    // Not in those of before the marks: nothing of a local run depends on them.
    marks: z.array(markSchema).max(10_000).default([]),
    unmatched: z.string().max(2 ** 20),
    recent: z.string().max(2 ** 20),
    hasFailed: z.boolean(),
    deadlineOf: z.number().int(),
    decoder: z.strictObject({ bits: whole, missing: z.number().int().min(0).max(3) }),
  }),
});

export interface SavedScript {
  /** How many steps the script has. */
  readonly steps: number;
  readonly state: ConsoleScriptState;
}

export interface LocalParts {
  readonly about: SnapshotAbout;
  readonly disks: readonly SavedDisk[];
  readonly script: SavedScript | undefined;
}

/** The first of a snapshot's sections by name, so that its beginning tells what it is. */
const aboutSection = "about";

export function encodeLocal({ about, disks, script }: LocalParts): Sections {
  return new Map([
    [aboutSection, encodeValue(about)],
    ["disks", encodeValue(disks)],
    ...(script === undefined ? [] : [["script", encodeValue(script)] as const]),
  ]);
}

/** @throws Failure `snapshot-damaged` */
export function decodeLocal(sections: Sections): LocalParts {
  const script = sections.has("script") ? read(sections, "script", scriptSchema) : undefined;
  return {
    about: read(sections, aboutSection, aboutSchema),
    disks: read(sections, "disks", z.array(diskSchema).max(64)),
    script,
  };
}

/**
 * What a snapshot's beginning says; undefined for one that no local run has written.
 *
 * @throws Failure as `openSnapshot`
 */
export function peekAbout(beginning: Uint8Array): SnapshotAbout | undefined {
  const section = peekSection(beginning, aboutSection);
  return section && read(new Map([[aboutSection, section]]), aboutSection, aboutSchema);
}

function read<T>(sections: Sections, name: string, schema: z.ZodType<T>): T {
  const section = sections.get(name);
  try {
    if (section === undefined) throw new RangeError("it is missing");
    const parsed = schema.safeParse(decodeValue(section));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new RangeError(`${issue?.path.join(".")}: ${issue?.message}`);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Failure(
      "snapshot-damaged",
      `The snapshot cannot be used: in its section "${name}", ${error.message}.`,
      "Use another copy or an earlier checkpoint; `trapline snapshot verify` says which are whole.",
    );
  }
}
