import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { linuxImagePaths } from "../../deploy/images/linux/paths.ts";
import { disassemble } from "../../workers/vmm/isa/disassembler.ts";
import { saysTheSame } from "../support/gnu-notation.ts";
import { comparedInstructions, kernelText } from "./kernel-text.ts";

const chunkBytes = 512 * 1024;

const tool = (name: string) => `riscv64-linux-gnu-${name}`;
/** What binutils 2.40 knows of the extensions that the kernel picks code for when it boots. */
const architecture = [
  "rv64gc_zicbom_zicbop_zicboz_zihintpause_zawrs_zfh",
  ...["zba", "zbb", "zbc", "zbs", "zbkb", "zbkx", "svinval"],
].join("_");

const { kernel } = linuxImagePaths();
const missing = [
  ...["as", "objcopy", "objdump"]
    .map(tool)
    .filter((name) => spawnSync(name, ["--version"]).error !== undefined),
  ...(existsSync(kernel) ? [] : ["the Linux image (npm run image:linux)"]),
];
const reason = missing.length > 0 ? ` (skipped: no ${missing.join(", ")})` : "";

describe.skipIf(missing.length > 0)(`the text of Debian's kernel${reason}`, () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "trapline-objdump-"));
    writeFileSync(join(folder, "empty.s"), ".text\nnop\n");
    run("as", `-march=${architecture}`, "-o", join(folder, "empty.o"), join(folder, "empty.s"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("is disassembled as GNU objdump does it, up to notation", () => {
    const text = kernelText(readFileSync(kernel)) ?? new Uint8Array();
    const differing: string[] = [];
    let compared = 0;
    let begin = 0;
    while (compared < comparedInstructions && begin + chunkBytes <= text.length) {
      const chunk = Uint8Array.from(text.subarray(begin, begin + chunkBytes));
      const view = new DataView(chunk.buffer);
      let end = 0;
      for (const [, place, theirs] of objdump(chunk)) {
        const at = Number.parseInt(place as string, 16);
        const low = view.getUint16(at, true);
        const bytes = (low & 3) === 3 ? 4 : 2;
        // What straddles the end is the beginning of the next chunk.
        if (at + bytes > chunkBytes - 8) break;
        end = at + bytes;
        const bits = bytes === 4 ? view.getUint32(at, true) : low;
        const ours = disassemble(bits, BigInt(at));
        compared++;
        if (differing.length >= 40 || saysTheSame(ours, theirs as string)) continue;
        differing.push(`${(begin + at).toString(16)}: ${ours} | ${theirs}`);
      }
      begin += end;
    }
    expect(differing).toEqual([]);
    expect(compared).toBeGreaterThanOrEqual(comparedInstructions);
  });

  /** Address and text of each instruction of some bytes of code. */
  function objdump(code: Uint8Array): Iterable<RegExpMatchArray> {
    const [bin, file] = [join(folder, "code.bin"), join(folder, "code.o")];
    writeFileSync(bin, code);
    // An object file, for its attributes say which extensions to read; without the symbols of the
    // assembler, which objdump would look through for each instruction.
    const options = ["--update-section", `.text=${bin}`, "--strip-unneeded"];
    run("objcopy", ...options, join(folder, "empty.o"), file);
    return run("objdump", "-d", "-M", "no-aliases", file).matchAll(
      /^\s*([0-9a-f]+):\t[0-9a-f ]+\t(.*)$/gm,
    );
  }

  function run(name: string, ...options: readonly string[]): string {
    const { stdout, stderr, status } = spawnSync(tool(name), options, {
      encoding: "utf8",
      maxBuffer: 2 ** 28,
    });
    if (status !== 0) throw new Error(`${tool(name)} failed: ${stderr}`);
    return stdout;
  }
});
