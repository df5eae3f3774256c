/** `npm run guests`: compiles all guests into bin/, which is under version control. */
import { writeFileSync } from "node:fs";
import { compile, compileLinuxBench, compilerVersion } from "./compile.ts";
import { elfPath, guests, linuxBenchPath } from "./guests.ts";

const version = compilerVersion();
if (version === undefined) {
  console.error("guests: the cross-compiler is missing; install gcc-riscv64-linux-gnu");
  process.exitCode = 1;
} else {
  for (const { name } of guests) compile(name, elfPath(name));
  compileLinuxBench(linuxBenchPath);
  const record = { compiler: "riscv64-linux-gnu-gcc", version };
  writeFileSync(
    new URL("bin/compiler.json", import.meta.url),
    `${JSON.stringify(record, null, 2)}\n`,
  );
  console.log(`guests: ${guests.length + 1} programs built with riscv64-linux-gnu-gcc ${version}`);
}
