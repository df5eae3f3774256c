import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ImageProblem } from "../linux/image-problem.ts";
import { linuxCommandLine } from "../linux/linux-command-line.ts";
import type { LinuxImagePaths } from "../linux/paths.ts";

/** What people start: it also says how many threads V8's compiler has. */
const launcher = fileURLToPath(new URL("../../../services/cli/trapline.mjs", import.meta.url));

const steps = `
- { expect: "^~ # ", within: 20G }
- { send: "mount -t ext4 -o noatime /dev/vda1 /mnt && chroot /mnt /second-stage; umount /mnt\\n" }
- { expect: "second stage: (done|failed)", within: 60G }
- { expect: "^~ # ", within: 20G }
- { send: "poweroff -f\\n" }
- { exit-code: 0, within: 20G }
`;

/**
 * Boots the Linux image in Trapline's own machine with the disk, and has it run `/second-stage` in
 * the disk's file system. In virtual time the same disk goes in and the same one comes out.
 *
 * @param folder for the script of the console
 * @param log file for what the machine prints
 * @param say receives one line per part that is done
 * @throws ImageProblem with the end of the console's output when it does not come to its end
 */
export function runSecondStage({
  linux,
  disk,
  folder,
  log,
  say,
}: {
  linux: LinuxImagePaths;
  disk: string;
  folder: string;
  log: string;
  say: (line: string) => void;
}): Promise<void> {
  writeFileSync(`${folder}/steps.yaml`, steps);
  const options = [
    ...["-machine", "virt", "-m", "1G", "-nographic", "-no-reboot"],
    ...["-kernel", linux.kernel, "-initrd", linux.initrd, "-append", linuxCommandLine],
    ...["-drive", `file=${disk},if=none,format=raw,id=d0`],
    ...["-device", "virtio-blk-device,drive=d0", "-device", "virtio-rng-device"],
    ...["--script", `${folder}/steps.yaml`],
  ];
  return new Promise((resolve, reject) => {
    const machine = spawn(process.execPath, [launcher, "qemu", ...options], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let console = "";
    const read = (chunk: Buffer) => {
      const before = console.lastIndexOf("\n") + 1;
      console += chunk.toString("latin1").replaceAll("\r", "");
      for (const line of console.slice(before).split("\n").slice(0, -1)) {
        if (line.startsWith("second stage: ")) say(line);
      }
    };
    machine.stdout.on("data", read);
    machine.stderr.on("data", read);
    machine.on("error", reject);
    machine.on("close", (exitCode) => {
      writeFileSync(log, console);
      if (exitCode === 0 && console.includes("\nsecond stage: done\n")) return resolve();
      const last = console.trimEnd().split("\n").slice(-12).join("\n  ");
      reject(
        new ImageProblem(`The second stage failed.\n  ${last}`, `All of its console is in ${log}.`),
      );
    });
  });
}
