import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OpenAPIHono } from "@hono/zod-openapi";
import { afterAll, beforeAll, expect, test } from "vitest";
import { problemResponse } from "../problem-response.ts";
import { addWebConsole } from "./web-console.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "trapline-pages-"));
  await mkdir(join(folder, "dist/assets"), { recursive: true });
  await writeFile(join(folder, "dist/index.html"), "<!doctype html><title>Trapline</title>");
  await writeFile(join(folder, "dist/assets/main-1a2b.js"), "export {};");
  await writeFile(join(folder, "secret.js"), "not for the world");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function ask(path: string, below = "dist"): Promise<Response> {
  const app = new OpenAPIHono();
  app.onError((error, context) => problemResponse(error, context.req.path));
  addWebConsole(app, join(folder, below));
  return Promise.resolve(app.request(path));
}

test.each(["/", "/runs/s-aaaaaaaaaaaaaaaa", "/runs/s-aaaaaaaaaaaaaaaa/console"])(
  "%s is the page, asked for anew each time, and may run nothing but its own scripts",
  async (path) => {
    const response = await ask(path);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^text\/html/);
    expect(response.headers.get("cache-control")).toBe("no-cache");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
  },
);

test("an asset has its type and is kept for ever", async () => {
  const response = await ask("/assets/main-1a2b.js");
  expect(response.headers.get("content-type")).toMatch(/javascript/);
  expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(await response.text()).toBe("export {};");
});

test.each([
  "/assets/../../secret.js",
  "/assets/..%2f..%2fsecret.js",
  "/assets/%2e%2e/%2e%2e/secret.js",
  "/assets/..%5c..%5csecret.js",
  "/assets/....//....//secret.js",
  "/assets//etc/passwd",
  "/assets/%00",
  "/assets/missing.js",
  "/built-from",
])("%s is not there", async (path) => {
  const response = await ask(path);
  expect(response.status).toBe(404);
  expect(await response.text()).not.toContain("not for the world");
});

test("where the console was not built, a sentence says what builds it", async () => {
  const response = await ask("/", "nowhere");
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ detail: expect.stringContaining("npm run setup") });
});
