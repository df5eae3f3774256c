import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import packageJson from "../../package.json" with { type: "json" };
import { readApiConfig } from "../../services/api/config.ts";
import { readTelemetrySettings } from "../../shared/telemetry/otel/telemetry-settings.ts";
import { readWorkerConfig } from "../../workers/runtime/config.ts";
import { debianTools } from "./debian-tools.ts";
import { repository } from "./repository.ts";
import { serviceImage } from "./service-image.ts";

/** The part of `docker compose config` that we ask about. */
interface ComposedService {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command: readonly string[] | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly networks: Readonly<Record<string, unknown>>;
  readonly ports?: readonly { host_ip: string; target: number; published: string }[];
  readonly network_mode?: string;
  readonly stop_grace_period?: string;
  readonly tmpfs?: readonly string[];
  readonly volumes: readonly {
    type: string;
    source: string;
    target: string;
    read_only?: boolean;
  }[];
}

const tools = debianTools();
const file = join(repository, "deploy/compose/compose.yaml");

/** @param more files beside the first one */
function compose(variables: Readonly<Record<string, string>>, more: readonly string[] = []) {
  if (typeof tools === "string") throw new Error(tools);
  const words = [
    "-f",
    file,
    ...more.flatMap((name) => ["-f", join(repository, "deploy/compose", name)]),
    "--env-file",
    "/dev/null",
    "--profile",
    "*",
    "config",
    "--format",
    "json",
  ];
  const { PATH = "" } = process.env;
  const text = execFileSync(tools.compose, words, {
    encoding: "utf8",
    env: { PATH, ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return JSON.parse(text) as {
    services: Readonly<
      Record<
        | ("api" | "redis" | "tools" | "worker" | "worker-node")
        | ("otel-collector" | "tempo" | "prometheus" | "postgres" | "grafana"),
        ComposedService
      >
    >;
    networks: Readonly<
      Record<string, { internal?: boolean; ipam?: { config?: readonly { subnet: string }[] } }>
    >;
  };
}

const isHere = typeof tools !== "string";

test.runIf(isHere)("compose itself reads the file, and asks for the password", () => {
  expect(Object.keys(compose({ REDIS_PASSWORD: "x1" }).services).sort()).toEqual([
    "api",
    "redis",
    "tools",
    "worker",
    "worker-node",
  ]);
  expect(() => compose({})).toThrow("REDIS_PASSWORD");
  const example = readFileSync(join(repository, "deploy/compose/.env.example"), "utf8");
  expect(example.match(/^\w+(?==)/gm)).toEqual([
    ...["REDIS_PASSWORD", "TRAPLINE_PORT", "GRAFANA_PASSWORD", "GRAFANA_PORT"],
  ]);
});

test.runIf(isHere)(
  "every container is locked: no root to write to, no capability, no way up",
  () => {
    for (const [name, service] of Object.entries(compose({ REDIS_PASSWORD: "x1" }).services)) {
      expect(service.read_only, name).toBe(true);
      expect(service.cap_drop, name).toEqual(["ALL"]);
      expect(service.security_opt, name).toEqual(["no-new-privileges:true"]);
    }
  },
);

test.runIf(isHere)(
  "workers reach Redis, each other and a collector; the API listens on loopback only",
  () => {
    const { services, networks } = compose({ REDIS_PASSWORD: "x1", TRAPLINE_PORT: "8081" });
    expect(networks.inside?.internal).toBe(true);
    for (const name of ["redis", "worker", "worker-node"] as const) {
      expect(Object.keys(services[name].networks)).toEqual(["inside"]);
      expect(services[name].ports).toBeUndefined();
    }
    const { TRAPLINE_PORT } = serviceImage("api").environment;
    expect(services.api.ports).toMatchObject([
      { host_ip: "127.0.0.1", target: Number(TRAPLINE_PORT), published: "8081" },
    ]);
    const [subnet] = networks.inside?.ipam?.config ?? [];
    expect(serviceImage("worker-deno").command).toContain(
      `--allow-net=redis:6379,0.0.0.0:7443,${subnet?.subnet}:7443,otel-collector:4318,0.0.0.0:9464`,
    );
    expect(services.worker.environment.TRAPLINE_MIGRATION).toBe("0.0.0.0:7443");
  },
);

test.runIf(isHere)("services are our images with variables that the programs know", () => {
  const { services } = compose({ REDIS_PASSWORD: "x1" });
  const programs = [
    { service: services.api, image: "api", read: readApiConfig },
    ...(["deno", "node"] as const).map((runtime) => ({
      service: runtime === "deno" ? services.worker : services["worker-node"],
      image: `worker-${runtime}`,
      read: (all: Readonly<Record<string, string>>) => readWorkerConfig((name) => all[name]),
    })),
  ];
  for (const { service, image, read } of programs) {
    expect(service.image).toBe(`trapline-${image}:${packageJson.version}`);
    expect(service.build).toMatchObject({
      context: repository.replace(/\/$/, ""),
      dockerfile: `deploy/images/${image}/Dockerfile`,
    });
    // What the image itself runs is what was looked at in its own tests.
    expect(service.command).toBeNull();
    const environment = { ...serviceImage(image).environment, ...service.environment };
    const config = read(environment);
    expect(Object.keys(service.environment).filter((name) => !(name in config))).toEqual([]);
    expect(config.REDIS_URL).toBe("redis://:x1@redis:6379");
    const blobs = service.volumes.find(({ target }) => target === config.TRAPLINE_BLOBS);
    expect(blobs).toMatchObject({ type: "volume", source: "blobs" });
    expect(blobs?.read_only).toBeUndefined();
  }
});

test.runIf(isHere)(
  "the store is collected with the volume that the others have, and with no network",
  () => {
    const { tools: one, worker } = compose({ REDIS_PASSWORD: "x1" }).services;
    expect(one.image).toBe(`trapline-tools:${packageJson.version}`);
    expect(one.network_mode).toBe("none");
    expect(serviceImage("tools").command.slice(-2)).toEqual(["store", "collect"]);
    const ofBlobs = worker.volumes.filter(({ source }) => source === "blobs");
    expect(one.volumes).toEqual(ofBlobs);
  },
);

test.runIf(isHere)("a worker is given the time that its drain takes", () => {
  const { services } = compose({ REDIS_PASSWORD: "x1" });
  for (const name of ["worker", "worker-node"] as const) {
    const { environment, stop_grace_period, tmpfs = [] } = services[name];
    expect(stop_grace_period).toBe("1m30s");
    expect(Number(environment.TRAPLINE_GRACE)).toBeLessThanOrEqual(70_000);
    expect(tmpfs.join(" ")).toContain("/run/trapline:uid=10001");
  }
});

test.runIf(isHere)("Redis has the settings of the cluster", () => {
  const { redis } = compose({ REDIS_PASSWORD: "x1" }).services;
  const [config] = redis.volumes.filter(({ target }) => target === redis.command?.[1]);
  expect(existsSync(config?.source ?? "")).toBe(true);
  expect(config?.source).toBe(join(repository, "k8s/base/redis.conf"));
  expect(redis.command?.slice(2)).toEqual(["--requirepass", "x1"]);
  expect(redis.environment.REDISCLI_AUTH).toBe("x1");
});

test.runIf(isHere)(
  "beside them are a collector, Tempo, Prometheus, Grafana and its database",
  () => {
    const told = { REDIS_PASSWORD: "x1", GRAFANA_PASSWORD: "x2" };
    expect(() => compose({ REDIS_PASSWORD: "x1" }, ["telemetry.yaml"])).toThrow("GRAFANA_PASSWORD");
    const { services } = compose(told, ["telemetry.yaml"]);
    const added = ["otel-collector", "tempo", "prometheus", "postgres", "grafana"] as const;
    for (const name of added) {
      const { read_only, cap_drop, networks, image, volumes, ports = [] } = services[name];
      expect({ read_only, cap_drop }, name).toEqual({ read_only: true, cap_drop: ["ALL"] });
      expect(image, name).toMatch(/:v?\d+\.\d+(\.\d+)?(-\w+)?$/);
      expect(Object.keys(networks), name).toContain("inside");
      // Only Grafana can be looked at, and only from this machine.
      expect(ports.map(({ host_ip }) => host_ip)).toEqual(name === "grafana" ? ["127.0.0.1"] : []);
      for (const { type, source, read_only } of volumes) {
        if (type !== "bind") continue;
        expect(existsSync(source), source).toBe(true);
        expect(read_only, source).toBe(true);
      }
    }
  },
);

test.runIf(isHere)(
  "with them API and workers send what the collector takes, and are asked where they listen",
  () => {
    const { services } = compose({ REDIS_PASSWORD: "x1", GRAFANA_PASSWORD: "x2" }, [
      "telemetry.yaml",
    ]);
    const collector = yamlOf("deploy/collector/config.yaml");
    const prometheus = yamlOf("deploy/prometheus/prometheus.yaml");
    const asked = JSON.stringify(prometheus);
    for (const name of ["api", "worker", "worker-node"] as const) {
      const { environment } = services[name];
      const settings = readTelemetrySettings((variable) => environment[variable]);
      expect(settings).toMatchObject({ traces: true, metrics: false });
      const { hostname, port } = new URL(environment.OTEL_EXPORTER_OTLP_ENDPOINT ?? "");
      expect(Object.keys(services)).toContain(hostname);
      expect(collector).toMatchObject({
        receivers: { otlp: { protocols: { http: { endpoint: `0.0.0.0:${port}` } } } },
      });
      expect(asked).toContain(`"${name}"`);
      expect(asked).toContain(`"port":${settings?.prometheus?.port}`);
      expect(environment.TRAPLINE_LOG).toBe("json");
    }
    const ofDashboards = ({ source }: { source: string }) => source.endsWith("dashboards/grafana");
    const dashboards = services.grafana.volumes.find(ofDashboards);
    expect(yamlOf("deploy/compose/grafana/dashboards/trapline.yaml")).toMatchObject({
      providers: [{ options: { path: dashboards?.target } }],
    });
    expect(
      readApiConfig({ ...serviceImage("api").environment, ...services.api.environment }),
    ).toHaveProperty("TRAPLINE_TRACE_URL");
  },
);

function yamlOf(path: string): unknown {
  return parse(readFileSync(join(repository, path), "utf8"));
}
