import { z } from "zod";
import { blobHashSchema } from "../../schema/blob-hash.ts";

/** What keeps things in the store alive. */
export const rootKindSchema = z.enum(["run", "template", "assignment", "submission"]);

export type RootKind = z.infer<typeof rootKindSchema>;

const nameSchema = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,119}$/);

/**
 * A root: the present state of a run, a template, a submission. Everything that it names, and what
 * that names in turn, is kept. It lies under the pointer `roots/KIND/NAME` and only moves by
 * compare-and-swap.
 */
export const rootSchema = z.strictObject({
  kind: rootKindSchema,
  name: nameSchema,
  /** Who may write: an epoch below this one may not. */
  epoch: z.int().min(0),
  /** The last collection that has seen this root, or that its writer knew of. */
  generation: z.int().min(0),
  /** Made anew for each move, so that a writer knows its own. */
  token: z.string(),
  checkpoint: blobHashSchema.nullable(),
  blobs: z.array(blobHashSchema).max(256),
  /** Milliseconds since 1970 after which it keeps nothing alive any more. */
  expires: z.number().nullable(),
  /** A removed root keeps nothing alive; it stays a while, so that a stale writer meets it. */
  removed: z.number().nullable(),
  labels: z.strictObject({ course: nameSchema.optional(), assignment: nameSchema.optional() }),
  /** Bytes in the store that quotas count for it. */
  bytes: z.number().min(0),
});

export type Root = z.infer<typeof rootSchema>;

/** @throws ZodError for a name that cannot be */
export function rootKey(kind: RootKind, name: string): string {
  return `roots/${kind}/${nameSchema.parse(name)}`;
}
