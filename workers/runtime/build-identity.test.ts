import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { layers } from "../../tests/architecture/layers.ts";
import { buildIdentity } from "./build-identity.ts";
import { hashSources } from "./hash-sources.ts";

const monitor = "workers/vmm";
const path = (folder: string) => fileURLToPath(new URL(`../../${folder}/`, import.meta.url));

test("The identity of the build is made of the translator and all that it may import", () => {
  const below = [...(layers.get(`${monitor}/translator`) ?? []), `${monitor}/translator`];
  // `hash` takes them in an order of its own: any two builds that differ there differ in one of them.
  const order = ["base", "isa", "memory", "mmu", "hart", "interpreter", "translator"];
  const folders = new Set([...below, `${monitor}/interpreter`]);
  expect(new Set(order.map((name) => `${monitor}/${name}`))).toEqual(folders);
  expect(buildIdentity()).toBe(hashSources(order.map((name) => path(`${monitor}/${name}`))));
  for (const folder of folders) expect(readdirSync(path(folder)).length).toBeGreaterThan(0);
});

test("It is the same each time that it is asked for", () => {
  expect(buildIdentity()).toBe(buildIdentity());
  expect(buildIdentity()).toMatch(/^[0-9a-f]{64}$/);
});
