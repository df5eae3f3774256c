import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { cliProgram } from "../support/cli-program.ts";
import { boots } from "./boots.ts";

const rubric = fileURLToPath(
  new URL("../../assignments/linux-boot/assignment.yaml", import.meta.url),
);

test("the Linux image is built, goes through all steps of linux-boot and finds its devices", () => {
  const options = [...boots.linux.options(), "--script", rubric];
  const run = spawnSync(process.execPath, [cliProgram, "qemu", ...options], { encoding: "utf8" });
  expect(run.stdout).toMatch(/virtio_blk virtio\d: \[vda\] 2048 512-byte logical blocks/);
  expect(run.stdout).toMatch(/^trapline: Linux \S+ on riscv64 is up/m);
  expect(run.stdout).toMatch(/EXT4-fs \(vda\): mounting ext2 file system/);
  expect(run.stdout).toMatch(/reboot: Power down/);
  expect(run.stdout).not.toMatch(/insmod:|Oops|BUG:|WARNING:|panic/);
  expect(run.stderr).toMatch(/step 13 passed/);
  expect(run.stderr).not.toMatch(/step \d+ (failed|not-reached)/);
  expect(run.status).toBe(0);
});
