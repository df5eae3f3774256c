import { expect, test } from "vitest";
import { rewriteModuleUrls } from "./rewrite-module-urls.ts";

test("the entry of a thread gets the name that its compiled file has", () => {
  const code = 'new Worker(new URL("./thread.ts", import.meta.url), { type: "module" });';
  expect(rewriteModuleUrls("a.js", code)).toBe(
    'new Worker(new URL("./thread.js", import.meta.url), { type: "module" });',
  );
});

test("a data file keeps its name", () => {
  const code = 'new URL("../../assignments/", import.meta.url);';
  expect(rewriteModuleUrls("a.js", code)).toBe(code);
});

test("a module named in a form that would break the package is refused", () => {
  expect(() => rewriteModuleUrls("a.js", 'spawn("node", ["./thread.ts"])')).toThrow(
    /^a\.js names a module as ".\/thread\.ts"/,
  );
});
