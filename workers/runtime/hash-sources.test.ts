import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hashSources } from "./hash-sources.ts";

describe("the hash of sources", () => {
  let folder = "";
  const put = (name: string, text: string) => {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  const hash = (...names: string[]) =>
    hashSources((names.length > 0 ? names : ["a", "b"]).map((name) => join(folder, name)));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "trapline-sources-"));
    put("a/one.ts", "export const one = 1;\n");
    put("a/inner/two.ts", "export const two = 2;\n");
    put("b/three.js", "export const three = 3;\n");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("is a SHA-256 in hexadecimal, and the same wherever the folders lie", () => {
    const before = hash();
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    expect(hash()).toBe(before);
    const old = folder;
    folder = mkdtempSync(join(tmpdir(), "trapline-sources-"));
    put("b/three.js", "export const three = 3;\n");
    put("a/inner/two.ts", "export const two = 2;\n");
    put("a/one.ts", "export const one = 1;\n");
    expect(hash()).toBe(before);
    rmSync(old, { recursive: true });
  });

  test.each([
    ["a source changes by a byte", () => put("a/inner/two.ts", "export const two = 3;\n")],
    ["one comes", () => put("a/inner/new.ts", "")],
    ["one goes", () => rmSync(join(folder, "b/three.js"))],
    [
      "one has another name",
      () => {
        rmSync(join(folder, "a/one.ts"));
        put("a/uno.ts", "export const one = 1;\n");
      },
    ],
    [
      "one is in another folder",
      () => {
        rmSync(join(folder, "a/one.ts"));
        put("b/one.ts", "export const one = 1;\n");
      },
    ],
    [
      "what two say together is divided otherwise",
      () => {
        put("a/inner/two.ts", "export const two = 2;\nb/three.js\n");
        put("b/three.js", "");
      },
    ],
  ])("is another one when %s", (_, change) => {
    const before = hash();
    change();
    expect(hash()).not.toBe(before);
  });

  test("is the same when a test or something that is no source changes", () => {
    const before = hash();
    put("a/one.test.ts", "test();\n");
    put("b/README.md", "# b\n");
    expect(hash()).toBe(before);
  });

  test("is not had of a folder that is not there", () => {
    expect(() => hash("a", "none")).toThrow("ENOENT");
  });
});
