import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { dashboards } from "../../deploy/dashboards/dashboards.ts";
import { runCommandLine } from "../../services/cli/command-line.ts";
import { freePorts } from "../../services/cli/commands/free-ports.ts";
import type { Submission } from "../../shared/schema/submission.ts";
import { type MetricRow, metricTable } from "../../shared/telemetry/metrics.ts";
import { knownSeries, rulesFolder } from "../telemetry/known-names.ts";
import { OtlpReceiver } from "../telemetry/otlp-receiver.ts";
import { prometheusName } from "../telemetry/prometheus-name.ts";
import { startTestService, type TestService } from "./test-service.ts";
import { workingGuest } from "./working-guest.ts";

const hasPrometheus = spawnSync("promtool", ["--version"]).status === 0;
const ruleFiles = ["recording.rules.yaml", "alerts.rules.yaml"];
const inRules = (file: string) => fileURLToPath(new URL(file, rulesFolder));
const queries = dashboards
  .flatMap(({ panels }) => panels)
  .filter(({ kind }) => kind !== "traces")
  .flatMap(({ queries }) => queries.map(({ ask }) => ask.replaceAll("$__rate_interval", "1m")));

const answer = z.object({
  status: z.literal("success"),
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: z.tuple([z.number(), z.string()]),
      }),
    ),
  }),
});

describe.runIf(hasPrometheus)("promtool", () => {
  const promtool = (...words: string[]) => execFileSync("promtool", words, { encoding: "utf8" });

  test("accepts our configuration and rules", () => {
    expect(promtool("check", "config", inRules("prometheus.yaml"))).toContain("SUCCESS");
    expect(promtool("check", "rules", ...ruleFiles.map(inRules))).toContain("SUCCESS");
  });

  test("sees the rules do what they are for, and be silent where all is well", () => {
    expect(promtool("test", "rules", inRules("rules.test.yaml"))).toContain("SUCCESS");
  });
});

describe.runIf(hasPrometheus)("Prometheus", () => {
  const receiver = new OtlpReceiver("hangs");
  let service: TestService;
  let folder: string;
  let prometheus: ChildProcess | undefined;
  let url: string;
  let submission: Submission;

  /** API and workers, under Node and Deno, whose collector hangs; and a Prometheus that asks them. */
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "trapline-prometheus-"));
    const variables = {
      ...{ TRAPLINE_GRACE: "10000", TRAPLINE_LOCK: "15000", TRAPLINE_CHECKPOINT: "50000000" },
      ...{ OTEL_EXPORTER_OTLP_ENDPOINT: await receiver.listen() },
      ...{ OTEL_EXPORTER_OTLP_TIMEOUT: "500", OTEL_BSP_SCHEDULE_DELAY: "100" },
    };
    service = await startTestService(["node", "deno"], variables, { metrics: true });
    const [api, ...workers] = service.service.metrics.map((one) => new URL(one).host);
    for (const file of ruleFiles) await copyFile(inRules(file), join(folder, file));
    await writeFile(
      join(folder, "prometheus.yaml"),
      JSON.stringify({
        global: { scrape_interval: "500ms", scrape_timeout: "500ms", evaluation_interval: "1s" },
        rule_files: ruleFiles,
        scrape_configs: [
          { job_name: "trapline-api", static_configs: [{ targets: [api] }] },
          { job_name: "trapline-worker", static_configs: [{ targets: workers }] },
        ],
      }),
    );
    const [port] = await freePorts(1);
    url = `http://127.0.0.1:${port}`;
    prometheus = spawn(
      "prometheus",
      [
        `--config.file=${join(folder, "prometheus.yaml")}`,
        `--storage.tsdb.path=${join(folder, "data")}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: "ignore" },
    );
    const id = await service.submit("work", workingGuest(100));
    await service.until(id, ({ progress }) => (progress?.instructions ?? 0) >= 55e6);
    const { worker } = await service.record(id);
    const print = () => undefined;
    const to = worker === "worker-1" ? "worker-2" : "worker-1";
    const words = ["migrate", id, "--to", to, "--api", service.api.base];
    await runCommandLine(words, { out: print, err: print });
    submission = await service.ended(id);
    while ((await ask("sum(trapline_grades_total)"))[0]?.value !== 1) await sleep(200);
    // Two more looks, for what is a rate.
    await sleep(1500);
  });

  afterAll(async () => {
    await service?.stop();
    if (prometheus && prometheus.exitCode === null) {
      prometheus.kill("SIGTERM");
      await once(prometheus, "exit");
    }
    await rm(folder, { recursive: true, force: true });
    receiver.close();
  });

  const ask = async (query: string) => {
    const reply = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`).catch(
      () => undefined,
    );
    if (!reply?.ok) return [];
    return answer.parse(await reply.json()).data.result.map(({ metric, value: [, text] }) => ({
      ...{ metric, value: Number(text) },
    }));
  };

  test("finds API and workers well, under Node and Deno", async () => {
    const up = await ask("up");
    expect(up.map(({ metric, value }) => `${metric.job} ${value}`).sort()).toEqual([
      "trapline-api 1",
      "trapline-worker 1",
      "trapline-worker 1",
    ]);
    const names = await ask("target_info");
    expect(names.map(({ metric }) => metric.service_name).sort()).toEqual([
      "trapline-api",
      "trapline-worker",
      "trapline-worker",
    ]);
    const runtimes = names.flatMap(({ metric }) => metric.process_runtime_name ?? []);
    expect(runtimes.sort()).toEqual(["deno", "node"]);
  });

  test("a run whose collector hangs is graded as ever, and what is dropped is counted", async () => {
    expect(submission).toMatchObject({ state: "graded", result: { end: { kind: "completed" } } });
    const dropped = await ask("sum(trapline_telemetry_dropped_total)");
    expect(dropped[0]?.value).toBeGreaterThan(0);
  });

  test("knows of no series of ours that is not in the table, and of every one that has happened", async () => {
    const reply = await fetch(`${url}/api/v1/label/__name__/values`);
    const all = z.object({ data: z.array(z.string()) }).parse(await reply.json()).data;
    const known = knownSeries();
    const ours = all.filter((name) => /^(vm_|trapline_)/.test(name));
    expect(ours.filter((name) => !known.has(name))).toEqual([]);
    const rare = ["trapline.submission.ends", "vm.templates"];
    const missing = Object.entries(metricTable).filter(([name, row]: [string, MetricRow]) => {
      const written = prometheusName(name, row);
      const series = row.instrument === "histogram" ? `${written}_count` : written;
      return !rare.includes(name) && !all.includes(series);
    });
    expect(missing.map(([name]) => name)).toEqual([]);
  });

  test("has the engine's counts of what was counted while it looked", async () => {
    const exits = await ask('sum(vm_exits_total{vm_exit_category="mmio.write"})');
    const counted = submission.result?.exits["mmio.write"] ?? 0;
    expect(exits[0]?.value).toBeGreaterThan(0);
    expect(exits[0]?.value).toBeLessThanOrEqual(counted);
    expect(await ask("sum(vm_migrations_total)")).toMatchObject([{ value: 1 }]);
    expect(await ask("sum(trapline_submissions_total)")).toMatchObject([{ value: 1 }]);
    expect(await ask("sum(vm_worker_capacity)")).toMatchObject([{ value: 2 }]);
    expect(await ask("max(trapline_queue_depth)")).toMatchObject([{ value: 0 }]);
  });

  test("understands every query of the dashboards", async () => {
    for (const query of queries) {
      const reply = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
      expect(await reply.json(), query).toMatchObject({ status: "success" });
    }
  });
});
