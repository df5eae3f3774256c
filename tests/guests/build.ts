/** `npm run guests`: compiles all guests into bin/, which is under version control. */
import { writeFileSync } from "node:fs";
import { compile, compileForLinux, compilerVersion } from "./compile.ts";
import { elfPath, guests, linuxPath, linuxPrograms } from "./guests.ts";

const version = compilerVersion();
if (version === undefined) {
  console.error("guests: the cross-compiler is missing; install gcc-riscv64-linux-gnu");
  process.exitCode = 1;
} else {
  for (const { name } of guests) compile(name, elfPath(name));
  for (const name of linuxPrograms) compileForLinux(name, linuxPath(name));
  const record = { compiler: "riscv64-linux-gnu-gcc", version };
  writeFileSync(
    new URL("bin/compiler.json", import.meta.url),
    `${JSON.stringify(record, null, 2)}\n`,
  );
  const programs = guests.length + linuxPrograms.length;
  console.log(`guests: ${programs} programs built with riscv64-linux-gnu-gcc ${version}`);
}
