import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const main = fileURLToPath(new URL("../telemetry/log-maker.ts", import.meta.url));
const root = fileURLToPath(new URL("../../", import.meta.url));
const words = {
  node: ["--disable-warning=ExperimentalWarning", main],
  // No rights but those that a worker has: least of all that to know the host's name.
  deno: [
    ...["run", "--quiet", "--no-prompt", "--no-lock", "--cached-only", "--node-modules-dir=manual"],
    ...["--allow-net=127.0.0.1:9", "--allow-env=TRAPLINE_*,OTEL_*", "--ignore-env", main],
  ],
};

function say(runtime: "node" | "deno", variables: Readonly<Record<string, string>>) {
  const { PATH = "", HOME = "" } = process.env;
  const command = runtime === "node" ? process.execPath : "deno";
  const { stdout, stderr } = spawnSync(command, words[runtime], {
    cwd: root,
    env: { PATH, HOME, NO_COLOR: "1", ...variables },
    encoding: "utf8",
  });
  return { stdout: stdout.trim().split("\n"), stderr };
}

describe.each(["node", "deno"] as const)("the log under %s", (runtime) => {
  test("is sentences for a person", () => {
    const { stdout, stderr } = say(runtime, {});
    expect(stdout).toEqual(["it is ready"]);
    expect(stderr).toContain("it is not well Error: no room");
    expect(stderr).toContain("it is slow");
  });

  test("is an object per line where that is asked for, with the trace that a sentence is in", () => {
    const endpoint = "http://127.0.0.1:9";
    const variables = {
      ...{ TRAPLINE_LOG: "json", OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
      OTEL_EXPORTER_OTLP_TIMEOUT: "100",
    };
    const lines = say(runtime, variables).stdout.map((line) => JSON.parse(line) as object);
    const always = { service: "log-maker", instance: "i", time: expect.stringMatching(/T.*Z$/) };
    expect(lines).toEqual([
      { ...always, level: "info", msg: "it is ready" },
      {
        ...{ ...always, level: "error", msg: "it is not well" },
        err: { type: "Error", message: "no room", cause: "the disk", stack: expect.any(String) },
      },
      {
        ...{ ...always, level: "warn", msg: "it is slow", run: "s-1" },
        ...{ trace_id: "1".repeat(32), span_id: "2".repeat(16) },
      },
    ]);
  });
});
