import { readFileSync } from "node:fs";
import { linuxCommandLine } from "../../../deploy/images/linux/linux-command-line.ts";
import { linuxImagePaths } from "../../../deploy/images/linux/paths.ts";
import { MemoryBlock } from "../../../workers/host/block-memory.ts";
import type { Machine, Monitor } from "../../../workers/vmm/mod.ts";
import { ConsoleSections } from "../console-sections.ts";

/** A Debian Linux with 256 MiB, run until its shell asks for the first command. */
export function bootToShell(monitor: Monitor): Machine {
  const image = linuxImagePaths();
  const console = new ConsoleSections({ name: "shell", text: "~ # " });
  const machine = monitor.createMachine(
    {
      ramBytes: 256 * 2 ** 20,
      harts: 1,
      time: "virtual",
      seed: 1,
      virtio: [{ kind: "block", slot: 0, disk: "d0", readOnly: true }],
      boot: {
        firmware: "sbi",
        kernel: readFileSync(image.kernel),
        initrd: readFileSync(image.initrd),
        commandLine: linuxCommandLine,
      },
    },
    {
      disks: new Map([["d0", new MemoryBlock(readFileSync(image.disk))]]),
      console: {
        write(byte) {
          console.take(String.fromCharCode(byte), 0);
          if (console.sections.length > 0) machine.stop();
        },
      },
    },
  );
  while (console.sections.length === 0) machine.run(20_000_000);
  return machine;
}
