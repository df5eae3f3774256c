import { z } from "zod";
import { artefactNameSchema } from "./artefact-name.ts";

/** A path below the assignment's folder: no root, no `..`, no backslash, no hidden file. */
const folderFileSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/,
    "must be a path inside the assignment's folder",
  )
  .max(200);

const imageNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, "must be the name of an image, for example linux");

/**
 * Where the bytes of a kernel, an initial RAM disk or a disk come from: from the student, from the
 * assignment's folder, or from an image that was built on this installation.
 */
export const imageSourceSchema = z
  .strictObject({
    submission: artefactNameSchema.optional(),
    file: folderFileSchema.optional(),
    image: imageNameSchema.optional(),
  })
  .refine((source) => Object.values(source).filter((part) => part !== undefined).length === 1, {
    message: "must have exactly one of submission, file, image",
  });

export type ImageSource = z.infer<typeof imageSourceSchema>;
