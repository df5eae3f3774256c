import { z } from "zod";

/** When a student sees a test; the words are Gradescope's. */
export const visibilitySchema = z.enum(["visible", "hidden", "after_due_date", "after_published"]);
