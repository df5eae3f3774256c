import { z } from "zod";

/** SHA-256 of a blob's bytes: its only name, 64 lower-case hexadecimal digits. */
export const blobHashSchema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in lower-case hexadecimal");
