import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compile, compileLinuxBench, compilerVersion } from "./compile.ts";
import { elfPath, guests, linuxBenchPath } from "./guests.ts";

const recorded: { version: string } = JSON.parse(
  readFileSync(new URL("bin/compiler.json", import.meta.url), "utf8"),
);
const present = compilerVersion();
const same = present === recorded.version;
const reason = same
  ? ""
  : present === undefined
    ? " (skipped: gcc-riscv64-linux-gnu is not installed)"
    : ` (skipped: built with ${recorded.version}, here is ${present}, which may choose other instructions)`;

describe(`the committed guests${reason}`, () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(`${tmpdir()}/guests-`);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.skipIf(!same).each(guests)("$name is what its source compiles to", ({ name }) => {
    compile(name, `${folder}/${name}.elf`);
    const rebuilt = readFileSync(`${folder}/${name}.elf`);
    expect(rebuilt.equals(readFileSync(elfPath(name))), "run `npm run guests`").toBe(true);
  });
  test.skipIf(!same)("the benchmarks for Linux are what their source compiles to", () => {
    compileLinuxBench(`${folder}/linux-bench`);
    const rebuilt = readFileSync(`${folder}/linux-bench`);
    expect(rebuilt.equals(readFileSync(linuxBenchPath)), "run `npm run guests`").toBe(true);
  });
});
