import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openObjects } from "../../shared/blob/objects/open-objects.ts";
import { type CephServer, startCephServer } from "../support/ceph-server.ts";
import { describeObjectStore } from "../support/object-store-contract.ts";

const bucket = "trapline-tests";
let server: CephServer;

beforeAll(async () => {
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

afterAll(() => server?.stop());

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
