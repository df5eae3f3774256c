/**
 * Builds `float-cases.c` for this host and asks it for cases.
 *
 *     const oracle = NativeOracle.build();
 *     if (typeof oracle === "string") ...   // why there is none here
 *     oracle.cases("fadd.s", 1, 1000);
 *     oracle.close();
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** 32-bit words of a case: register images of a, b, c and the result, then mode and flags. */
export const wordsPerCase = 10;

const source = fileURLToPath(new URL("./float-cases.c", import.meta.url));
/** The compiler must leave arithmetic where the rounding mode is what the source says. */
const options = [
  ...["-std=gnu11", "-O2", "-frounding-math", "-ftrapping-math", "-ffp-contract=off"],
  ...["-fno-math-errno", "-fexcess-precision=standard", "-Wall", "-Werror"],
];

export class NativeOracle {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @returns why there is no oracle on this machine, where there is none */
  static build(): NativeOracle | string {
    if (process.arch !== "x64") return `the oracle is x86-64's SSE, and this is ${process.arch}`;
    if (spawnSync("gcc", ["--version"]).status !== 0) return "gcc (Debian's gcc) is missing";
    const folder = mkdtempSync(join(tmpdir(), "float-oracle-"));
    const program = join(folder, "float-cases");
    const { status, stderr } = spawnSync("gcc", [...options, "-o", program, source, "-lm"]);
    if (status === 0) return new NativeOracle(folder);
    rmSync(folder, { recursive: true });
    if (/stdio\.h/.test(String(stderr))) return "the C library's headers (libc6-dev) are missing";
    throw new Error(`gcc refuses the oracle:\n${stderr}`);
  }

  /**
   * @param seed of the random operands, of which there are `count` behind the systematic ones
   * @throws Error for a mnemonic that the oracle does not know, and where it contradicts the host's
   *   processor
   */
  cases(mnemonic: string, seed: number, count: number): Uint32Array {
    const { status, stdout, stderr } = spawnSync(
      join(this.#folder, "float-cases"),
      [mnemonic, String(seed), String(count)],
      { maxBuffer: 2 ** 30 },
    );
    if (status === 2) throw new Error(`the oracle knows no ${mnemonic}`);
    if (status !== 0) throw new Error(`the oracle failed (${status}): ${stderr}`);
    return new Uint32Array(stdout.buffer, stdout.byteOffset, stdout.byteLength / 4);
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
