import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { LinuxProgram } from "./guests.ts";

const compiler = "riscv64-linux-gnu-gcc";

/** No path, date or name of this machine may reach the file: rebuilding gives the same bytes. */
const common = [
  ["-march=rv64gc", "-mabi=lp64d", "-mcmodel=medany", "-O2", "-std=c11"],
  ["-Wall", "-Wextra", "-Werror"],
  ["-ffreestanding", "-fno-builtin", "-fno-pic", "-fno-stack-protector"],
  ["-fno-asynchronous-unwind-tables", "-fno-tree-loop-distribute-patterns", "-fno-ident"],
  ["-ffile-prefix-map==", "-frandom-seed=guest"],
  ["-nostdlib", "-nostartfiles", "-static", "-no-pie", "-s"],
  ["-Wl,--build-id=none", "-Wl,-z,max-page-size=4096", "-Iwork"],
].flat();
const bareMachine = [
  ["-Wl,-T,runtime/link.ld", "-Iruntime"],
  ["runtime/start.S", "runtime/trap.S", "runtime/runtime.c"],
].flat();
const underLinux = ["-Ilinux", "linux/start.S", "linux/system.c"];

/** The cross-compiler's version, e.g. `12.2.0`; undefined where it is not installed. */
export function compilerVersion(): string | undefined {
  const result = spawnSync(compiler, ["-dumpfullversion"], { encoding: "utf8" });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

/** Compiles `src/NAME.c` with the runtime into `output`. The compiler's complaints go to stderr. */
export function compile(name: string, output: string): void {
  run([...common, ...bareMachine, `src/${name}.c`, "-o", output]);
}

/** The same for people who look at where it is: with symbols, frame pointers and all of its functions. */
export function compileToProfile(name: string, output: string): void {
  const flags = common.filter((flag) => flag !== "-s");
  const kept = ["-fno-omit-frame-pointer", "-fno-inline", "-fno-optimize-sibling-calls"];
  run([...flags, ...kept, ...bareMachine, `src/${name}.c`, "-o", output]);
}

/** Compiles `linux/NAME.c`, a static program for Linux, into `output`. */
export function compileForLinux(name: LinuxProgram, output: string): void {
  run([...common, ...underLinux, `linux/${name}.c`, "-o", output]);
}

function run(words: readonly string[]): void {
  execFileSync(compiler, words, {
    // Relative names, so that the compiler never sees where the clone is.
    cwd: fileURLToPath(new URL(".", import.meta.url)),
    stdio: ["ignore", "inherit", "inherit"],
  });
}
