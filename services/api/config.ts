import { fileURLToPath } from "node:url";
import { z } from "zod";
import { bytesSchema } from "../../shared/schema/quantities.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const configSchema = z.object({
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  /** Directory of the blob store; made when it does not exist. */
  TRAPLINE_BLOBS: z.string().min(1),
  TRAPLINE_ASSIGNMENTS: z.string().min(1).default(here("../../assignments/")),
  TRAPLINE_IMAGES: z.string().min(1).default(here("../../.cache/images/")),
  /** What the web console was built to. */
  TRAPLINE_CONSOLE: z.string().min(1).default(here("../console/dist/")),
  /** Where a person looks at a trace: an address with `{trace}` in the place of the trace's id. */
  TRAPLINE_TRACE_URL: z
    .string()
    .refine(
      (text) => /^https?:/.test(text) && URL.canParse(text) && text.includes("{trace}"),
      "an address like https://traces.example/trace/{trace} is wanted",
    )
    .optional(),
  /** Loopback unless somebody says otherwise. */
  TRAPLINE_HOST: z.string().min(1).default("127.0.0.1"),
  /** 0 takes a free one. */
  TRAPLINE_PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  TRAPLINE_MAX_UPLOAD: bytesSchema.default(64 * 2 ** 20),
  /** What lines of the log are: sentences, or JSON objects. */
  TRAPLINE_LOG: z.enum(["text", "json"]).default("text"),
  /** HOST:PORT at which Prometheus can fetch metrics; empty: nowhere (`telemetry-settings.ts`). */
  TRAPLINE_METRICS: z.string().optional(),
});

export type ApiConfig = z.infer<typeof configSchema>;

/** @throws Error with one line for each variable that is missing or wrong */
export function readApiConfig(
  environment: Readonly<Record<string, string | undefined>>,
): ApiConfig {
  const result = configSchema.safeParse(environment);
  if (!result.success) {
    const lines = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`The API cannot start.\n${lines.join("\n")}`);
  }
  return result.data;
}
