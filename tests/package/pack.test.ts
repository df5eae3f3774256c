import { execFileSync } from "node:child_process";
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "trapline-package-"));
const packages = join(folder, "node_modules");
const launcher = join(packages, "trapline", "services", "cli", "trapline.mjs");

// What `npm install trapline.tgz` would lay out, without the network: the declared dependencies, and
// none but these, are those of the clone.
beforeAll(() => {
  const { dependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  ) as Record<"dependencies" | "optionalDependencies", Readonly<Record<string, string>>>;
  execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: root });
  const [archive = ""] = globSync("*.tgz", { cwd: folder });
  mkdirSync(join(packages, "trapline"), { recursive: true });
  const unpack = ["-xzf", join(folder, archive), "--strip-components=1"];
  execFileSync("tar", unpack, { cwd: join(packages, "trapline") });
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    mkdirSync(dirname(join(packages, name)), { recursive: true });
    symlinkSync(join(root, "node_modules", name), join(packages, name));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

function helpUnder(node: string): string {
  return execFileSync(node, [launcher, "--help"], { encoding: "utf8" });
}

/** A Node on this machine that is too old for our sources, if there is one. */
function findOlderNode(): string | undefined {
  const candidates = (process.env.PATH ?? "").split(delimiter).map((path) => join(path, "node"));
  return candidates.find((node) => {
    try {
      return (
        Number.parseInt(execFileSync(node, ["-p", "process.versions.node"]).toString(), 10) < 24
      );
    } catch {
      return false;
    }
  });
}

test("the installed package answers --help", () => {
  expect(helpUnder(process.execPath)).toContain("usage: trapline");
});

const olderNode = findOlderNode();
test.skipIf(olderNode === undefined)(
  "started by an older Node, it finds the one npm brought",
  () => {
    expect(helpUnder(olderNode ?? "")).toContain("usage: trapline");
  },
);

test("the package carries the program as a bundle, whose parts name threads by their files", () => {
  const program = join(packages, "trapline", "dist", "program");
  const parts = globSync("*.mjs", { cwd: program });
  expect(parts).toContain("main.mjs");
  const text = parts.map((name) => readFileSync(join(program, name), "utf8")).join("\n");
  const named = [...text.matchAll(/new URL\("(\.[^"]*)", new URL\("([^"]*)", import\.meta/g)];
  expect(named.length).toBeGreaterThan(5);
  for (const [, path = "", from = ""] of named) {
    expect(existsSync(join(program, dirname(from), path)), `${path} from ${from}`).toBe(true);
  }
});

test("the package carries the web console as it was built, and no page's source", () => {
  const files = globSync("**", { cwd: join(packages, "trapline", "dist", "services", "console") });
  expect(files).toContain(join("dist", "index.html"));
  expect(files.filter((file) => /index-[\w-]+\.js$/.test(file))).toHaveLength(1);
  expect(files.filter((file) => !/^(\.$|dist)/.test(file))).toEqual([]);
});

test("the package carries no TypeScript and no tests", () => {
  const files = globSync("**", { cwd: join(packages, "trapline") });
  expect(files).toContain(join("dist", "services", "cli", "main.js"));
  expect(files.filter((file) => /\.tsx?$|\.test\./.test(file))).toEqual([]);
});
