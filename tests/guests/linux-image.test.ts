import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ensureLinuxImage } from "../../deploy/images/linux/ensure-linux-image.ts";
import { linuxCommandLine } from "../../deploy/images/linux/linux-command-line.ts";

const trapline = fileURLToPath(new URL("../../services/cli/main.ts", import.meta.url));
const rubric = fileURLToPath(
  new URL("../../assignments/linux-boot/assignment.yaml", import.meta.url),
);

test("the Linux image is built, goes through all steps of linux-boot and finds its devices", () => {
  const image = ensureLinuxImage();
  const options = [
    ["-machine", "virt", "-m", "256M", "-nographic", "-no-reboot", "--script", rubric],
    ["-kernel", image.kernel, "-initrd", image.initrd, "-append", linuxCommandLine],
    ["-global", "virtio-mmio.force-legacy=false"],
    ["-drive", `file=${image.disk},if=none,format=raw,id=d0,readonly=on`],
    ["-device", "virtio-blk-device,drive=d0", "-device", "virtio-rng-device"],
  ].flat();
  const run = spawnSync(process.execPath, [trapline, "qemu", ...options], { encoding: "utf8" });
  expect(run.stdout).toMatch(/virtio_blk virtio\d: \[vda\] 2048 512-byte logical blocks/);
  expect(run.stdout).toMatch(/^trapline: Linux \S+ on riscv64 is up/m);
  expect(run.stdout).toMatch(/EXT4-fs \(vda\): mounting ext2 file system/);
  expect(run.stdout).toMatch(/reboot: Power down/);
  expect(run.stdout).not.toMatch(/insmod:|Oops|BUG:|WARNING:|panic/);
  expect(run.stderr).toMatch(/step 13 passed/);
  expect(run.stderr).not.toMatch(/step \d+ (failed|not-reached)/);
  expect(run.status).toBe(0);
});
