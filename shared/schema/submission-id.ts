import { z } from "zod";

/** The name of a submission, chosen by the API: `s-` and 80 random bits in base 32. */
export const submissionIdSchema = z
  .string()
  .regex(/^s-[a-z2-7]{16}$/, "is not the form of a submission's id");
