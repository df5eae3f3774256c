import process from "node:process";
import { fileURLToPath } from "node:url";
import { keptVariables } from "./kept-variables.ts";
import type { ProcessPlan } from "./serve-process.ts";

export interface ApiPlace {
  readonly redisUrl: string;
  /** A directory, or `s3://…`. */
  readonly blobs: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Folder of the assignments; without it, the ones that come with Trapline. */
  readonly assignments?: string | undefined;
  /** Port of loopback at which its metrics can be fetched. */
  readonly metrics?: number | undefined;
  /** Further variables of `services/api/config.ts`. */
  readonly variables: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL("../../../", import.meta.url));
const main = fileURLToPath(new URL("../../api/main.ts", import.meta.url));

/** How the API is started; what its `ready` matches first is where it listens. */
export function apiPlan(
  { redisUrl, blobs, port, assignments, metrics, variables }: ApiPlace,
  onLine: (line: string) => void,
): ProcessPlan {
  return {
    name: "api",
    command: process.execPath,
    words: ["--disable-warning=ExperimentalWarning", main],
    environment: {
      PATH: process.env.PATH ?? "",
      REDIS_URL: redisUrl,
      TRAPLINE_BLOBS: blobs,
      TRAPLINE_PORT: String(port),
      ...(assignments !== undefined && { TRAPLINE_ASSIGNMENTS: assignments }),
      ...(metrics !== undefined && { TRAPLINE_METRICS: `127.0.0.1:${metrics}` }),
      ...keptVariables(),
      ...variables,
    },
    directory: root,
    ready: /^api listening on (\S+)$/,
    onLine,
  };
}
