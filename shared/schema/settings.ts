import { z } from "zod";

/** What the web console has to know of the installation. */
export const settingsSchema = z.object({
  /** Where a person looks at a trace; `{trace}` stands for its id. */
  traceUrl: z.string().optional(),
});

export type Settings = z.infer<typeof settingsSchema>;
