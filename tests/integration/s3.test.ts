import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CheckpointStore } from "../../shared/blob/checkpoints/checkpoint-store.ts";
import { Collector } from "../../shared/blob/collector/collector.ts";
import { openObjects } from "../../shared/blob/objects/open-objects.ts";
import { PageStore } from "../../shared/blob/pages/page-store.ts";
import { type CephServer, startCephServer } from "../support/ceph-server.ts";
import { describeObjectStore } from "../support/object-store-contract.ts";
import { startTestService } from "./test-service.ts";
import { workingGuest } from "./working-guest.ts";

const bucket = "trapline-tests";
let server: CephServer;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "store-"));
  server = await startCephServer();
  const client = new S3Client({
    endpoint: server.endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: server.credentials,
  });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
});

afterAll(async () => {
  await server?.stop();
  await rm(directory, { recursive: true });
});

function openBucket(prefix: string, endpoint = server.endpoint) {
  const { accessKeyId, secretAccessKey } = server.credentials;
  return openObjects(`s3://${bucket}${prefix}?endpoint=${endpoint}`, (name) =>
    name === "TRAPLINE_S3_KEY" ? accessKeyId : secretAccessKey,
  );
}

describeObjectStore("objects in a bucket of Ceph's S3 server", async () => [
  await openBucket("/some/prefix"),
  await openBucket("/some/prefix"),
]);

test("a run's checkpoints go from owner to owner, and a collection leaves what is led to", async () => {
  const open = async () =>
    new CheckpointStore(new PageStore(await openBucket("/runs")), { pause: async () => {} });
  const pages = (first: number, count: number, value: number) =>
    Array.from({ length: count }, (_, index) => {
      const bytes = new Uint8Array(4096).fill(value);
      new DataView(bytes.buffer).setUint32(0, first + index);
      return { page: first + index, bytes };
    });
  const content = { isWhole: false, parts: [], notes: {} };
  const first = await (await open()).claim({ name: "r", epoch: 1 });
  await first.writer.publish({ ...content, pages: pages(0, 1500, 1) });
  const claims = await Promise.allSettled(
    [2, 3, 4].map(async (epoch) => (await open()).claim({ name: "r", epoch })),
  );
  expect(claims[2]?.status).toBe("fulfilled");
  await expect(first.writer.publish({ ...content, pages: pages(0, 1, 9) })).rejects.toMatchObject({
    code: "stale",
  });
  const last = await (await open()).claim({ name: "r", epoch: 5 });
  await last.writer.publish({ ...content, pages: pages(0, 1400, 2), isWhole: true });
  const report = await new Collector(await openBucket("/runs"), { grace: -60_000 }).collect();
  expect(report.removed).toMatchObject({ packs: 3, checkpoints: 1 });
  const image = await (await open()).open("run", "r");
  const found: number[] = [];
  for await (const { page, bytes } of image?.read() ?? []) {
    expect(bytes[100]).toBe(2);
    found.push(page);
  }
  expect(found.sort((a, b) => a - b)).toEqual(Array.from({ length: 1400 }, (_, index) => index));
});

test.each([
  ["a bucket", () => `s3://${bucket}/deno?endpoint=${server.endpoint}`],
  ["a directory", () => directory],
])("a worker under Deno uses %s with few permissions", async (_, place) => {
  const { stdout } = await promisify(execFile)(
    "deno",
    [
      ...["run", "--quiet", "--no-prompt", "--no-lock", "--cached-only"],
      "--node-modules-dir=manual",
      `--allow-net=${new URL(server.endpoint).host}`,
      ...[`--allow-read=${directory}`, `--allow-write=${directory}`],
      ...["--allow-env=TRAPLINE_*", "--ignore-env"],
      fileURLToPath(new URL("../support/use-store.ts", import.meta.url)),
      place(),
    ],
    {
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        TRAPLINE_S3_KEY: server.credentials.accessKeyId,
        TRAPLINE_S3_SECRET: server.credentials.secretAccessKey,
      },
    },
  );
  expect(stdout).toBe("page 3 begins with 7\n");
});

test("`trapline serve` keeps files and checkpoints in a bucket, with a Deno worker that may reach just that", async () => {
  const { accessKeyId, secretAccessKey } = server.credentials;
  const variables = { TRAPLINE_S3_KEY: accessKeyId, TRAPLINE_S3_SECRET: secretAccessKey };
  const service = await startTestService(
    ["deno"],
    { ...variables, TRAPLINE_CHECKPOINT: "50000000" },
    { store: `s3://${bucket}/serve?endpoint=${server.endpoint}` },
  );
  try {
    const id = await service.submit("work", workingGuest(100));
    const objects = await openBucket("/serve");
    const roots = async () => {
      const found: string[] = [];
      for await (const root of objects.listPointers("roots/run")) found.push(root);
      return found;
    };
    // While it runs: a run that has ended needs its checkpoints no more.
    await expect.poll(roots, { timeout: 60_000 }).toEqual([`roots/run/${id}`]);
    expect(await service.ended(id)).toMatchObject({ state: "graded", runs: 1 });
    expect(service.news.join("\n")).not.toContain("no checkpoint");
  } finally {
    await service.stop();
  }
});

test("a listing of more than a thousand objects is whole", async () => {
  const store = await openBucket("/many");
  const keys = Array.from({ length: 1010 }, (_, index) => `list/${index}`);
  for (let first = 0; first < keys.length; first += 32) {
    await Promise.all(
      keys.slice(first, first + 32).map((key) => store.write(key, Uint8Array.of(1))),
    );
  }
  const found: string[] = [];
  for await (const { key } of store.list("list")) found.push(key);
  expect(found.sort()).toEqual(keys.sort());
});

test("a server that takes conditional writes and ignores the condition is refused", async () => {
  const careless: Server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.setHeader("etag", '"d41d8cd98f00b204e9800998ecf8427e"').end();
    });
  });
  await new Promise<void>((resolve) => careless.listen(0, "127.0.0.1", resolve));
  const { port } = careless.address() as AddressInfo;
  await expect(openBucket("", `http://127.0.0.1:${port}`)).rejects.toMatchObject({
    code: "unusable",
    message: expect.stringContaining("If-Match"),
  });
  careless.closeAllConnections();
  careless.close();
});
