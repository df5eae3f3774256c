import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compile, compileForLinux, compilerVersion } from "./compile.ts";
import { elfPath, guests, linuxPath, linuxPrograms } from "./guests.ts";

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
  test.skipIf(!same).each(linuxPrograms)("linux-%s is what its source compiles to", (name) => {
    compileForLinux(name, `${folder}/linux-${name}`);
    const rebuilt = readFileSync(`${folder}/linux-${name}`);
    expect(rebuilt.equals(readFileSync(linuxPath(name))), "run `npm run guests`").toBe(true);
  });
});
