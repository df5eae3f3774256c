/** The production overlay's API and worker with a real S3 server: Deno's rights are enough for it. */
import { setTimeout as sleep } from "node:timers/promises";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rawGuest } from "../integration/raw-guest.ts";
import { type CephServer, startCephServer } from "../support/ceph-server.ts";
import { builtOverlay } from "./built-overlay.ts";
import type { ClusterObject } from "./cluster-object.ts";
import { debianTools } from "./debian-tools.ts";
import { podOf } from "./pods.ts";
import { type RehearsedService, startRehearsedService } from "./rehearsed-service.ts";

const tools = debianTools();

describe.runIf(typeof tools !== "string")("the production overlay", () => {
  let server: CephServer;
  let objects: ClusterObject[];
  let service: RehearsedService;
  let credentials: Record<string, string>;

  beforeAll(async () => {
    if (typeof tools === "string") throw new Error(tools);
    server = await startCephServer();
    const bucket = new S3Client({
      endpoint: server.endpoint,
      region: "us-east-1",
      forcePathStyle: true,
      credentials: server.credentials,
    });
    await bucket.send(new CreateBucketCommand({ Bucket: "trapline" }));
    bucket.destroy();
    credentials = {
      TRAPLINE_S3_KEY: server.credentials.accessKeyId,
      TRAPLINE_S3_SECRET: server.credentials.secretAccessKey,
    };
    objects = builtOverlay(tools.kustomize, "production");
    const places = {
      "https://objects.example.org": server.endpoint,
      "objects.example.org:443": new URL(server.endpoint).host,
    };
    service = await startRehearsedService(objects, places, credentials);
  });

  afterAll(async () => {
    await service?.stop();
    await server?.stop();
  });

  test("takes a submission into the bucket, and a Deno worker grades it from there", async () => {
    expect((await fetch(`${service.base}/readyz`)).status).toBe(200);
    const worker = await service.rehearsal.start("worker", {
      image: "worker-deno",
      ready: /"worker (\S+) ready/,
      changed: credentials,
    });
    const id = await service.submit("greet", rawGuest({ print: "hello", ending: { exit: 0 } }));
    let submission = await service.client.submission(id);
    while (submission.state === "queued" || submission.state === "running") {
      await sleep(50);
      submission = await service.client.submission(id);
    }
    expect(submission).toMatchObject({ state: "graded", result: { score: 4 } });
    // What the CronJob starts, beside the worker.
    const collection = await service.rehearsal.start("collector", {
      image: "tools",
      ready: /^\d+ roots lead to \d+ checkpoints$/,
      changed: credentials,
    });
    expect(await collection.process.ended).toBe("status 0");
    const { lifecycle } = podOf(objects, "worker").container;
    expect(worker.exec(lifecycle?.preStop?.exec?.command)).toBe(0);
    expect(await worker.process.ended).toBe("status 0");
  });
});
