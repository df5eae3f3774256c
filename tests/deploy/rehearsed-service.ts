import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { ApiClient } from "../../services/cli/client/api-client.ts";
import { freePorts } from "../../services/cli/commands/free-ports.ts";
import type { PodNetwork, PodPlace } from "../support/pod-network.ts";
import type { ClusterObject } from "./cluster-object.ts";
import { Rehearsal, type Rehearsed } from "./rehearsal.ts";

/** Redis and API of an overlay as processes, and what a test wants to do with them. */
export interface RehearsedService {
  readonly rehearsal: Rehearsal;
  readonly redis: Rehearsed;
  /** The API's URL. */
  readonly base: string;
  readonly client: ApiClient;
  readonly store: Redis;
  submit(assignment: string, kernel: Uint8Array): Promise<string>;
  stop(): Promise<void>;
}

/**
 * @param replaced further texts of the manifests that are something else here: addresses
 * @param changed further variables of the API
 * @param network pods get an address of their own each, and the manifests' ports
 */
export async function startRehearsedService(
  objects: readonly ClusterObject[],
  replaced: Readonly<Record<string, string>>,
  changed: Readonly<Record<string, string>> = {},
  network?: PodNetwork,
): Promise<RehearsedService> {
  const places = network && { redis: await network.pod(), api: await network.pod() };
  const [redisPort = 0, apiPort = 0] = places ? [6379, 8080] : await freePorts(2);
  const address = `${places?.redis.address ?? "127.0.0.1"}:${redisPort}`;
  const rehearsal = new Rehearsal(objects, {
    "redis.trapline.svc:6379": address,
    "redis-cli": `redis-cli -p ${redisPort}`,
    // All pods have one address here, so each worker takes a port of its own.
    ...(places === undefined && { "0.0.0.0:7443": "127.0.0.1:0", "10.0.0.0/8:7443": "127.0.0.1" }),
    ...replaced,
  });
  try {
    plantRedisConfig(rehearsal, objects, places ? undefined : redisPort);
    const redis = await rehearsal.start("redis", {
      ready: /ready to accept connections/i,
      ...(places && { place: places.redis }),
    });
    const api = await rehearsal.start("api", {
      image: "api",
      ready: /"api listening on ([^"\s]+)"/,
      ...(places && { place: places.api }),
      changed: {
        ...(places === undefined && {
          TRAPLINE_HOST: "127.0.0.1",
          TRAPLINE_PORT: String(apiPort),
        }),
        TRAPLINE_ASSIGNMENTS: plantAssignments(rehearsal.root),
        ...changed,
      },
    });
    const doorTo = async (one: PodPlace, port: number) =>
      `127.0.0.1:${await network?.door(one.address, port)}`;
    const base = places
      ? `http://${await doorTo(places.api, apiPort)}`
      : (api.process.readyMatch[1] ?? "");
    const client = new ApiClient(base);
    const storeAddress = places ? await doorTo(places.redis, redisPort) : address;
    const store = new Redis(`redis://:letters0and1digits@${storeAddress}`);
    store.on("error", () => {});
    return {
      ...{ rehearsal, redis, base, client, store },
      submit: async (assignment, kernel) => {
        const form = new FormData();
        form.append("assignment", assignment);
        form.append("kernel", new Blob([Uint8Array.from(kernel)]), "kernel");
        return (await client.submit(form)).id;
      },
      stop: async () => {
        store.disconnect();
        await rehearsal.stop();
      },
    };
  } catch (error) {
    await rehearsal.stop();
    throw error;
  }
}

/** The ConfigMap's files where the volume would put them; port and folder are this machine's. */
function plantRedisConfig(
  rehearsal: Rehearsal,
  objects: readonly ClusterObject[],
  port: number | undefined,
): void {
  const [config] = objects.filter(
    (object) => object.kind === "ConfigMap" && object.metadata?.name?.startsWith("redis-"),
  );
  const folder = rehearsal.volume("/etc/redis");
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries((config as { data: Record<string, string> }).data)) {
    const moved = text
      .replace("port 6379", port === undefined ? "$&" : `port ${port}\nbind 127.0.0.1`)
      .replace("dir /data", `dir ${rehearsal.volume("/data")}`);
    writeFileSync(join(folder, name), moved);
  }
}

function plantAssignments(root: string): string {
  const folder = join(root, "assignments");
  const machine = `machine: { ram: 16M, firmware: none, kernel: { submission: kernel } }
artefacts:
  - { name: kernel, description: an image, max-bytes: 64K }
`;
  const texts = {
    greet: `name: greet
title: Greet and stop
${machine}limits: { instructions: 100M, wall-clock: 60s }
steps:
  - { name: Greets, expect: hello, within: 10M, points: 3 }
  - { name: Stops, exit-code: 0, within: 10M, points: 1 }
`,
    long: `name: long
title: Takes a few seconds
${machine}limits: { instructions: 900G, wall-clock: 10m }
steps:
  - { name: Starts, expect: ready, within: 10M, points: 1 }
  - { name: Ends, expect: never, within: 16G, points: 1 }
`,
    work: `name: work
title: Works for a while
${machine}limits: { instructions: 100G, output: 4K, wall-clock: 10m }
steps:
  - { name: Begins, expect: "[A-P][a-p]", within: 100M, points: 1 }
  - { name: Ends, expect: end, within: 50G, points: 3 }
  - { name: Stops, exit-code: 0, within: 10M, points: 1 }
`,
    endless: `name: endless
title: Never ends
${machine}limits: { instructions: 900G, wall-clock: 10m }
steps:
  - { name: Starts, expect: ready, within: 10M, points: 1 }
  - { name: Ends, expect: never, within: 60G, points: 1 }
`,
  };
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, "assignment.yaml"), text);
  }
  return folder;
}
