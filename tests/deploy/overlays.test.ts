import type { Deployment, StatefulSet } from "kubernetes-models/apps/v1";
import type { HorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2";
import type { CronJob } from "kubernetes-models/batch/v1";
import type { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
import type { PodDisruptionBudget } from "kubernetes-models/policy/v1";
import type { IPodSpec, Service } from "kubernetes-models/v1";
import { describe, expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { readApiConfig } from "../../services/api/config.ts";
import { workerPlan } from "../../services/cli/commands/serve-worker.ts";
import { gradingQueue } from "../../shared/protocol/grading-queue.ts";
import { readTelemetrySettings } from "../../shared/telemetry/otel/telemetry-settings.ts";
import { readWorkerConfig } from "../../workers/runtime/config.ts";
import { builtOverlay } from "./built-overlay.ts";
import type { ClusterObject } from "./cluster-object.ts";
import { clusterObject } from "./cluster-object.ts";
import { debianTools } from "./debian-tools.ts";
import { environmentOf, expanded, podOf, podsOf } from "./pods.ts";
import { serviceImage } from "./service-image.ts";
import { unknownFields } from "./unknown-fields.ts";

const tools = debianTools();
const overlays = ["production", "single-node"] as const;
const built = new Map<string, ClusterObject[]>();
if (typeof tools !== "string") {
  for (const overlay of overlays) built.set(overlay, builtOverlay(tools.kustomize, overlay));
}
const ofKind = <One extends ClusterObject>(objects: readonly ClusterObject[], kind: One["kind"]) =>
  objects.filter((object): object is One => object.kind === kind);
const includes = (labels: Readonly<Record<string, string>>, wanted: object | undefined) =>
  Object.entries(wanted ?? {}).every(([key, value]) => labels[key] === value);

test.runIf(typeof tools === "string")(
  "nothing can be built where Debian's programs are not",
  () => {
    expect(tools).toMatch(/^Debian has no programs|apt-get is missing/);
  },
);

test("a misspelt field, a wrong type and a foreign kind are seen by these checks", () => {
  const claim = { apiVersion: "v1", kind: "PersistentVolumeClaim", spec: { accessModess: [] } };
  expect(unknownFields([clusterObject(claim)]).join()).toContain("accessModess");
  expect(() => clusterObject({ ...claim, spec: { accessModes: "all" } })).toThrow("accessModes");
  expect(() => clusterObject({ apiVersion: "v1", kind: "Pod" })).toThrow("none of our kinds");
});

describe.for([...built])("the overlay %s", ([overlay, objects]) => {
  test("builds into objects that their published schemas and types know to the last field", () => {
    expect(objects.length).toBeGreaterThan(15);
    expect(unknownFields(objects)).toEqual([]);
  });

  test("has every object in its namespace, under a name of its own", () => {
    const names = objects.map(({ kind, metadata }) => `${kind}/${metadata?.name}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { kind, metadata } of objects) {
      expect(metadata?.namespace, kind).toBe(kind === "Namespace" ? undefined : "trapline");
    }
  });

  test("runs every pod without root, privileges, a writable root or a service account", () => {
    for (const { spec, container, name } of podsOf(objects).values()) {
      expect(spec.automountServiceAccountToken, name).toBe(false);
      expect(spec.enableServiceLinks, name).toBe(false);
      expect(spec.securityContext?.runAsNonRoot, name).toBe(true);
      expect(spec.securityContext?.runAsUser, name).toBeGreaterThan(0);
      expect(spec.securityContext?.seccompProfile, name).toEqual({ type: "RuntimeDefault" });
      expect(container.securityContext, name).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
      expect(Object.keys(container.resources?.requests ?? {}), name).toEqual(["cpu", "memory"]);
      expect(container.resources?.limits?.memory, name).toBeDefined();
      // What is there until it has done its work is watched by its deadline.
      const isWatched =
        container.livenessProbe !== undefined && container.readinessProbe !== undefined;
      expect(isWatched, name).toBe(name !== "collector");
    }
  });

  test("mounts only volumes that exist", () => {
    const claims = ofKind<ClusterObject>(objects, "PersistentVolumeClaim").map(nameOf);
    const maps = ofKind<ClusterObject>(objects, "ConfigMap").map(nameOf);
    for (const workload of [
      ...ofKind<Deployment>(objects, "Deployment"),
      ...ofKind<StatefulSet>(objects, "StatefulSet"),
      ...ofKind<CronJob>(objects, "CronJob"),
    ]) {
      const { container, spec } = podOf(objects, nameOf(workload));
      const templates = (workload as StatefulSet).spec?.volumeClaimTemplates ?? [];
      const volumes = spec.volumes ?? [];
      const known = [...volumes, ...templates.map(({ metadata }) => metadata)].map(
        (volume) => volume?.name,
      );
      for (const { name } of container.volumeMounts ?? []) expect(known).toContain(name);
      for (const { persistentVolumeClaim, configMap } of volumes) {
        if (persistentVolumeClaim) expect(claims).toContain(persistentVolumeClaim.claimName);
        if (configMap) expect(maps).toContain(configMap.name);
      }
    }
  });

  test("has services, budgets, scalers and policies that mean pods which are there", () => {
    const pods = [...podsOf(objects).values()];
    const meant = (selector: { matchLabels?: object } | undefined) =>
      pods.filter(({ labels }) => includes(labels, selector?.matchLabels));
    for (const service of ofKind<Service>(objects, "Service")) {
      const [pod, ...others] = meant({ matchLabels: service.spec?.selector ?? {} });
      expect(others).toEqual([]);
      const ports = pod?.container.ports?.map(({ name }) => name);
      for (const { targetPort } of service.spec?.ports ?? []) expect(ports).toContain(targetPort);
    }
    for (const budget of ofKind<PodDisruptionBudget>(objects, "PodDisruptionBudget")) {
      expect(meant(budget.spec?.selector).map(({ name }) => name)).toEqual([nameOf(budget)]);
    }
    for (const scaler of ofKind<HorizontalPodAutoscaler>(objects, "HorizontalPodAutoscaler")) {
      const target = ofKind<Deployment>(objects, "Deployment").find(
        (deployment) => nameOf(deployment) === scaler.spec?.scaleTargetRef.name,
      );
      expect(target).toBeDefined();
      // Else each `kubectl apply` would undo what the scaler has set.
      expect(target?.spec?.replicas).toBeUndefined();
    }
    const names = pods.map(({ labels }) => labels["app.kubernetes.io/name"]);
    for (const { spec, metadata } of ofKind<NetworkPolicy>(objects, "NetworkPolicy")) {
      const { matchLabels = {}, matchExpressions = [] } = spec?.podSelector ?? {};
      const wanted = [...Object.values(matchLabels), ...matchExpressions.flatMap((e) => e.values)];
      for (const name of wanted) expect(names, metadata?.name).toContain(name);
    }
  });

  test("denies all traffic but what a policy names; workers hear workers only", () => {
    const policies = ofKind<NetworkPolicy>(objects, "NetworkPolicy");
    const policy = (name: string) => policies.find((one) => nameOf(one) === name)?.spec;
    expect(policy("default-deny")).toEqual({
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
    });
    const workers = {
      podSelector: { matchLabels: { "app.kubernetes.io/name": "trapline-worker" } },
    };
    const door = [{ protocol: "TCP", port: "migration" }];
    expect(policy("worker")?.ingress).toEqual([{ from: [workers], ports: door }]);
    expect(policy("worker")?.egress?.[0]).toEqual({ to: [workers], ports: door });
    expect(policy("redis")?.ingress?.[0]?.ports).toEqual([{ protocol: "TCP", port: "redis" }]);
    expect(policy("api")?.ingress).toEqual([{ ports: [{ protocol: "TCP", port: "http" }] }]);
    expect(policy("blob-store") === undefined).toBe(overlay === "single-node");
  });

  test("gives the API variables that it knows, and the port that it is probed at", () => {
    const pod = podOf(objects, "api");
    const environment = environmentOf(objects, pod);
    const config = readApiConfig(environment);
    expect(strangers(pod.container.env, config, pod.container.args)).toEqual([]);
    expect(config.TRAPLINE_HOST).toBe("0.0.0.0");
    expect(pod.container.ports).toEqual([{ name: "http", containerPort: config.TRAPLINE_PORT }]);
    expect(pod.container.readinessProbe?.httpGet?.port).toBe("http");
    expect(config.REDIS_URL).toBe("redis://:letters0and1digits@redis.trapline.svc:6379");
    expect(isStoreOf(overlay, config.TRAPLINE_BLOBS)).toBe(true);
  });

  test("gives workers variables that they know, and the time that a drain takes", () => {
    const pod = podOf(objects, "worker");
    const environment = environmentOf(objects, pod);
    const config = readWorkerConfig((name) => environment[name]);
    expect(strangers(pod.container.env, config, pod.container.args)).toEqual([]);
    expect(config.TRAPLINE_WORKER).toBe("worker-0");
    const [door] = pod.container.ports ?? [];
    expect(door?.name).toBe("migration");
    expect(config.TRAPLINE_MIGRATION).toBe(`0.0.0.0:${door?.containerPort}`);
    expect(config.TRAPLINE_MIGRATION_HOST).toBe("127.0.0.1");
    const grace = (pod.spec.terminationGracePeriodSeconds ?? 0) * 1000;
    expect(grace).toBeGreaterThanOrEqual(config.TRAPLINE_GRACE + 20_000);
    const folder = pod.container.volumeMounts?.find(({ name }) => name === "run")?.mountPath;
    expect(config.TRAPLINE_ALIVE).toBe(`${folder}/alive`);
    for (const probe of [pod.container.startupProbe, pod.container.livenessProbe]) {
      expect(probe?.exec?.command?.join(" ")).toContain(config.TRAPLINE_ALIVE);
    }
    expect(pod.container.lifecycle?.preStop?.exec?.command?.at(-1)).toContain("kill -TERM 1");
  });

  test("gives a worker Deno's rights as `trapline serve` does, and few more", () => {
    const pod = podOf(objects, "worker");
    const environment = environmentOf(objects, pod);
    const words = [...(pod.container.command ?? []), ...(pod.container.args ?? [])];
    const [command, ...given] = words.map((word) => expanded(word, environment));
    const plan = workerPlan(
      "deno",
      "worker-0",
      {
        redisUrl: environment.REDIS_URL ?? "",
        blobs: "/var/lib/trapline/blobs",
        variables: {},
      },
      () => {},
    );
    expect(command).toBe(plan.command);
    const beside = given.filter((word) => !plan.words.includes(word));
    const inPlan = plan.words.filter((word) => !given.includes(word) && !isPathOfClone(word));
    expect(inPlan).toEqual([
      "--allow-net=redis.trapline.svc:6379",
      "--allow-write=/var/lib/trapline/blobs",
    ]);
    expect(beside).toEqual([
      `--allow-net=redis.trapline.svc:6379,${overlay === "production" ? "objects.example.org:443," : ""}0.0.0.0:7443,10.0.0.0/8:7443,0.0.0.0:9464`,
      "--allow-read=/var/lib/trapline/blobs,/app/workers/,/run/trapline",
      "--allow-write=/var/lib/trapline/blobs,/run/trapline",
      "/app/workers/runtime/main.ts",
    ]);
  });

  test("collects the store once a day, one collection at a time, and with a deadline below its lease", () => {
    const [collector] = ofKind<CronJob>(objects, "CronJob");
    expect(collector?.spec).toMatchObject({ schedule: "17 3 * * *", concurrencyPolicy: "Forbid" });
    expect(collector?.spec?.jobTemplate.spec?.activeDeadlineSeconds).toBeLessThan(6 * 3600);
    const pod = podOf(objects, "collector");
    expect(isStoreOf(overlay, environmentOf(objects, pod).TRAPLINE_BLOBS ?? "")).toBe(true);
    const { command = [], args = [] } = pod.container;
    expect([...command, ...args]).toEqual([...serviceImage("tools").command, "--take-over"]);
    const { matchExpressions } =
      ofKind<NetworkPolicy>(objects, "NetworkPolicy").find((one) => nameOf(one) === "blob-store")
        ?.spec?.podSelector ?? {};
    if (overlay === "production") {
      expect(matchExpressions?.[0]?.values).toContain(pod.labels["app.kubernetes.io/name"]);
    }
  });

  test("takes images of this version, and Redis by a full version", () => {
    for (const { container, name } of podsOf(objects).values()) {
      const tag = container.image?.split(":").at(-1);
      if (name === "redis") expect(tag).toMatch(/^\d+\.\d+\.\d+-/);
      else expect(tag).toBe(packageJson.version);
    }
  });
});

describe.runIf(typeof tools !== "string")("the component telemetry", () => {
  const objects =
    typeof tools === "string" ? [] : builtOverlay(tools.kustomize, "production", "telemetry");
  const policy = ofKind<NetworkPolicy>(objects, "NetworkPolicy").find(
    (one) => nameOf(one) === "telemetry",
  )?.spec;

  test("builds into objects that their schemas know", () => {
    expect(unknownFields(objects)).toEqual([]);
  });

  test.each(["api", "worker"])("lets %s send traces, and be asked for metrics", (name) => {
    const pod = podOf(objects, name);
    const environment = environmentOf(objects, pod);
    const settings = readTelemetrySettings((variable) => environment[variable]);
    expect(settings).toMatchObject({
      traces: true,
      metrics: false,
      prometheus: { host: "0.0.0.0" },
    });
    const metrics = pod.container.ports?.find((port) => port.name === "metrics");
    expect(metrics?.containerPort).toBe(settings?.prometheus?.port);
    expect(policy?.podSelector?.matchExpressions?.[0]?.values).toContain(
      pod.labels["app.kubernetes.io/name"],
    );
    expect(policy?.ingress?.[0]?.ports).toEqual([{ protocol: "TCP", port: "metrics" }]);
    const { port } = new URL(environment.OTEL_EXPORTER_OTLP_ENDPOINT ?? "");
    expect(policy?.egress?.[0]?.ports).toEqual([{ protocol: "TCP", port: Number(port) }]);
  });

  test("lets Deno reach the collector, and nothing more", () => {
    const pod = podOf(objects, "worker");
    const environment = environmentOf(objects, pod);
    const [net = ""] = (pod.container.args ?? [])
      .map((word) => expanded(word, environment))
      .filter((word) => word.startsWith("--allow-net="));
    const { host } = new URL(environment.OTEL_EXPORTER_OTLP_ENDPOINT ?? "");
    const plain = podOf(built.get("production") ?? [], "worker");
    const without = (plain.container.args ?? [])
      .map((word) => expanded(word, environmentOf(built.get("production") ?? [], plain)))
      .find((word) => word.startsWith("--allow-net="));
    expect(net).toBe(`${without},${host}`);
  });
});

test.runIf(built.size > 0)("the queue's scaler watches the lists that BullMQ keeps", () => {
  const objects = built.get("production") ?? [];
  const [scaler] = objects.filter((object) => object.kind === "ScaledObject");
  if (scaler?.kind !== "ScaledObject") throw new Error("there is no ScaledObject");
  const triggers = scaler.spec.triggers;
  const { prefix, name } = gradingQueue;
  const watched = triggers.flatMap(({ metadata }) => metadata.listName ?? []);
  expect(watched).toEqual([`${prefix}:${name}:wait`, `${prefix}:${name}:active`]);
  const worker = podOf(objects, "worker");
  const variables = Object.keys(environmentOf(objects, worker));
  for (const { metadata } of triggers) {
    for (const key of ["addressFromEnv", "passwordFromEnv"]) {
      if (metadata[key] !== undefined) expect(variables).toContain(metadata[key]);
    }
  }
  const formula = scaler.spec.advanced?.scalingModifiers?.formula ?? "";
  expect(
    formula
      .match(/[a-z]+/g)
      ?.filter((word, at, all) => all.indexOf(word) === at)
      .sort(),
  ).toEqual(triggers.map((trigger) => trigger.name).sort());
  const [deployment] = ofKind<Deployment>(objects, "Deployment").filter(
    (one) => nameOf(one) === scaler.spec.scaleTargetRef.name,
  );
  expect(deployment?.spec?.replicas).toBeUndefined();
  expect(scaler.spec.scaleTargetRef.envSourceContainerName).toBe(worker.container.name);
});

function nameOf({ metadata }: ClusterObject): string {
  return metadata?.name ?? "";
}

/** Variables that neither the program nor another variable or argument asks for. */
function strangers(
  variables: IPodSpec["containers"][number]["env"] = [],
  config: object,
  words: readonly string[] = [],
): string[] {
  // Read by the runtime, and by shared/blob where the place is an S3 server.
  const known = ["DENO_DIR", "HOME", "NO_COLOR", "TRAPLINE_S3_KEY", "TRAPLINE_S3_SECRET"];
  const asked = [...words, ...variables.map(({ value }) => value ?? "")].join(" ");
  return variables
    .map(({ name }) => name)
    .filter((name) => !(name in config || known.includes(name) || asked.includes(`$(${name})`)));
}

function isStoreOf(overlay: string, place: string): boolean {
  return overlay === "production" ? place.startsWith("s3://") : place.startsWith("/");
}

function isPathOfClone(word: string): boolean {
  return word.startsWith("--allow-read=") || word.endsWith("/workers/runtime/main.ts");
}
