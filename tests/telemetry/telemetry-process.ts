import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const main = fileURLToPath(new URL("span-maker.ts", import.meta.url));
const root = fileURLToPath(new URL("../../", import.meta.url));
const said = z.object({
  turns: z.int(),
  dropped: z.int(),
  isFlushed: z.boolean(),
  grown: z.number(),
});

/** A process that makes spans, and what it said of them when it had ended. */
export class Collected {
  readonly status: number | null;
  readonly turns: number;
  readonly dropped: number;
  /** Megabytes of the heap that the spans have left behind; under Node, where it can be known. */
  readonly grown: number;
  /** Complaints. */
  readonly log: readonly string[];

  private constructor(status: number | null, lines: readonly string[]) {
    const last = said.parse(JSON.parse(lines.at(-1) ?? "{}"));
    this.status = status;
    this.turns = last.turns;
    this.dropped = last.dropped;
    this.grown = last.grown;
    this.log = lines.slice(0, -1);
  }

  static async from(
    endpoint: string,
    runtime: "node" | "deno",
    variables: Readonly<Record<string, string>>,
  ): Promise<Collected> {
    const { PATH = "", HOME = "" } = process.env;
    const environment = { PATH, HOME, NO_COLOR: "1", OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
    const { host } = new URL(endpoint);
    const words =
      runtime === "node"
        ? ["--disable-warning=ExperimentalWarning", "--expose-gc", main]
        : [
            ...["run", "--quiet", "--no-prompt", "--no-lock", "--cached-only"],
            ...["--node-modules-dir=manual", `--allow-net=${host}`],
            ...["--allow-env=OTEL_*,SPANS", "--ignore-env", main],
          ];
    const child = spawn(runtime === "node" ? process.execPath : "deno", words, {
      cwd: root,
      env: { ...environment, ...variables },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
    }
    const [status] = (await once(child, "close")) as [number | null];
    const lines = text.trim().split("\n");
    // What goes to the other stream may come behind it.
    const isLast = (line: string) => line.startsWith("{");
    return new Collected(status, [
      ...lines.filter((line) => !isLast(line)),
      ...lines.filter(isLast),
    ]);
  }
}
