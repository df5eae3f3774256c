import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import {
  findProgram,
  inputsFile,
  isFresh,
  isOwn,
  programFolder,
} from "../services/cli/find-program.mjs";
import { engineModule } from "../workers/vmm/mod.ts";
import { bundleProgram } from "./bundle-program.ts";

const root = mkdtempSync(join(tmpdir(), "trapline-bundle-"));
afterAll(() => rmSync(root, { recursive: true }));
mkdirSync(join(root, "part"));
const text = (path: string, content: string) => writeFileSync(join(root, path), content);
text("main.ts", 'import("./part/late.ts").then(({ place }) => console.log(place));\n');
text("part/late.ts", 'export const place = new URL("./thread.ts", import.meta.url).pathname;\n');

test("a module that is bundled names its neighbours as before", async () => {
  const folder = programFolder(root, false);
  const { files, inputs } = await bundleProgram(join(root, "main.ts"), folder);
  expect(files).toContain("main.mjs");
  expect([...inputs].sort()).toEqual([join(root, "main.ts"), join(root, "part", "late.ts")]);
  const said = execFileSync(process.execPath, [join(folder, "main.mjs")], { encoding: "utf8" });
  expect(said).toBe(`${join(root, "part", "thread.ts")}\n`);
});

test("the engine lies beside the bundle as its sources write it", async () => {
  mkdirSync(join(root, "local"));
  text("local/prebuilt-engine.ts", "export const prebuiltEngine = () => undefined;\n");
  text(
    "engine.ts",
    'import { prebuiltEngine } from "./local/prebuilt-engine.ts";\n' +
      'console.log(Buffer.from(prebuiltEngine() ?? []).toString("base64"));\n',
  );
  const folder = join(root, "engine");
  await bundleProgram(join(root, "engine.ts"), folder);
  const said = execFileSync(process.execPath, [join(folder, "main.mjs")], { encoding: "utf8" });
  expect(Buffer.from(said, "base64").equals(engineModule())).toBe(true);
});

test("a use of import.meta that the bundle would change is refused", async () => {
  text("other.ts", "console.log(import.meta.dirname);\n");
  await expect(bundleProgram(join(root, "other.ts"), join(root, "out"))).rejects.toThrow(
    "write import.meta.url",
  );
});

test("a bundle of another checkout, to which a link leads, is not the program of this one", () => {
  const [ours, theirs] = ["ours", "theirs"].map((name) => join(root, name)) as [string, string];
  for (const checkout of [ours, theirs]) {
    mkdirSync(join(checkout, "services", "cli"), { recursive: true });
    writeFileSync(join(checkout, "services", "cli", "main.ts"), "");
  }
  const bundle = join(programFolder(theirs, false), "main.mjs");
  mkdirSync(programFolder(theirs, false), { recursive: true });
  writeFileSync(join(programFolder(theirs, false), inputsFile), "[]");
  expect(isOwn(ours, programFolder(ours, false))).toBe(true);
  symlinkSync(join(theirs, ".cache"), join(ours, ".cache"));
  expect(findProgram(theirs, false)).toBe(bundle);
  expect(findProgram(ours, false)).toBe(join(ours, "services", "cli", "main.ts"));
  // The way by which a checkout is reached makes no other one of it.
  symlinkSync(theirs, join(root, "link"));
  expect(isOwn(join(root, "link"), programFolder(join(root, "link"), false))).toBe(true);
});

test("a bundle is the program until one of its sources changes or goes", () => {
  const folder = programFolder(root, false);
  mkdirSync(join(root, "services", "cli"), { recursive: true });
  const source = join(root, "services", "cli", "main.ts");
  text("services/cli/main.ts", "");
  utimesSync(source, 1000, 1000);
  const input = { path: join("..", "..", "services", "cli", "main.ts"), size: 0, mtimeMs: 1e6 };
  writeFileSync(join(folder, inputsFile), JSON.stringify([input]));
  expect(findProgram(root, false)).toBe(join(folder, "main.mjs"));
  utimesSync(source, 1000, 1001);
  expect(findProgram(root, false)).toBe(source);
  rmSync(source);
  expect(isFresh(folder)).toBe(false);
  writeFileSync(join(folder, inputsFile), '[{"path":');
  expect(isFresh(folder)).toBe(false);
});
