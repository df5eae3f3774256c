import { copyFileSync, mkdirSync } from "node:fs";
import { ensureDebianImage } from "../../deploy/images/debian/ensure-debian-image.ts";
import { ensureFirmware } from "../../deploy/images/firmware/ensure-firmware.ts";
import { ensureLinuxImage } from "../../deploy/images/linux/ensure-linux-image.ts";
import { linuxCommandLine } from "../../deploy/images/linux/linux-command-line.ts";
import { runTool } from "../../deploy/images/linux/run-tool.ts";
import { debianLogin, debianOptions } from "./debian-options.ts";
import type { Turn } from "./talk-to-guest.ts";

/** A guest that starts alike in Trapline and in QEMU, and switches off when it is told to. */
export interface Boot {
  /**
   * Options that both emulators take.
   *
   * @param folder for files that are made for this run
   */
  readonly options: (folder: string) => readonly string[] | Promise<readonly string[]>;
  readonly turns: readonly Turn[];
}

const machine = ["-machine", "virt", "-m", "256M", "-nographic", "-no-reboot"];

function linux(harts: number): string[] {
  const { kernel, initrd } = ensureLinuxImage();
  return [
    ...[...machine, "-smp", `${harts}`],
    ...["-kernel", kernel, "-initrd", initrd, "-append", linuxCommandLine],
  ];
}

function debian(harts: number): Boot {
  return {
    options: async () => {
      const image = await ensureDebianImage();
      return debianOptions(image, `${image.disk},snapshot=on`, harts);
    },
    turns: [...debianLogin, ["root@trapline:~# ", "systemctl poweroff\n"]],
  };
}

const switchOff: Turn = ["~ # ", "poweroff -f\n"];

function onOpenSbi(kind: "jump" | "dynamic", harts: number): Boot {
  return {
    options: () => [...linux(harts), "-bios", ensureFirmware()[kind]],
    turns: [
      ["~ # ", "dmesg | grep SBI; echo $(nproc) harts\n"],
      [`${harts} harts`, "poweroff -f\n"],
    ],
  };
}

export const boots = {
  linux: {
    options: () => [
      ...linux(1),
      ...["-global", "virtio-mmio.force-legacy=false", "-device", "virtio-rng-device"],
      ...["-drive", `file=${ensureLinuxImage().disk},if=none,format=raw,id=d0,readonly=on`],
      ...["-device", "virtio-blk-device,drive=d0"],
    ],
    turns: [switchOff],
  },
  linuxOnFourHarts: { options: () => linux(4), turns: [switchOff] },
  linuxOnOpenSbi: onOpenSbi("jump", 1),
  linuxOnOpenSbiOnFourHarts: onOpenSbi("dynamic", 4),
  uBoot: {
    options: () => {
      const { dynamic, uBoot } = ensureFirmware();
      return [...machine, "-bios", dynamic, "-kernel", uBoot];
    },
    turns: [
      ["Hit any key to stop autoboot", " "],
      ["=> ", "echo $board_name has $cpu; setexpr n 6 * 7; echo n is $n\n"],
      ["n is 2a", "version\n"],
      ["U-Boot 2", "poweroff\n"],
    ],
  },
  linuxFromDisk: {
    options: (folder) => {
      const { dynamic, uBoot } = ensureFirmware();
      const { kernel, initrd } = ensureLinuxImage();
      const [root, disk] = [`${folder}/root`, `${folder}/disk.img`];
      mkdirSync(root);
      copyFileSync(kernel, `${root}/Image`);
      copyFileSync(initrd, `${root}/initrd`);
      runTool("mke2fs", ["-q", "-t", "ext4", "-d", root, disk, "96M"]);
      return [
        ...[...machine, "-bios", dynamic, "-kernel", uBoot],
        ...["-drive", `file=${disk},if=none,format=raw,id=d0,snapshot=on`],
        ...["-device", "virtio-blk-device,drive=d0"],
      ];
    },
    turns: [
      ["Hit any key to stop autoboot", " "],
      ["=> ", "load virtio 0 $kernel_addr_r Image\n"],
      ["=> ", "load virtio 0 $ramdisk_addr_r initrd\n"],
      ["=> ", `setenv bootargs ${linuxCommandLine}\n`],
      ["=> ", "booti $kernel_addr_r $ramdisk_addr_r:$filesize $fdtcontroladdr\n"],
      switchOff,
    ],
  },
  debian: debian(1),
  debianOnFourHarts: debian(4),
} satisfies Readonly<Record<string, Boot>>;
