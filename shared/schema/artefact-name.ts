import { z } from "zod";

/** The name of a file that a student hands in: also a form field, so letters, digits, `-` and `_`. */
export const artefactNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,39}$/, "must be lower-case letters, digits, - or _ (at most 40)");
