import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ensureFirmware } from "../../deploy/images/firmware/ensure-firmware.ts";
import { ensureLinuxImage } from "../../deploy/images/linux/ensure-linux-image.ts";
import { linuxCommandLine } from "../../deploy/images/linux/linux-command-line.ts";
import { type Turn, talkToGuest } from "./talk-to-guest.ts";

const main = fileURLToPath(new URL("../../services/cli/main.ts", import.meta.url));
const emulators = {
  trapline: [process.execPath, main, "qemu"],
  qemu: ["qemu-system-riscv64"],
} as const;
const machine = ["-machine", "virt", "-m", "256M", "-nographic", "-no-reboot"];

/** Lines that tell of what QEMU's hart or board has and ours has not, or of times. */
const ownLines = [
  /^Boot HART/,
  // Whichever hart wins the race for it.
  /^Domain0 Boot HART/,
  /^Experimental SBI Extensions/,
  /^Core: {2}\d+ devices/,
  /^Flash:/,
  /^Working FDT set to/,
  /^Hit any key/,
];

/** What both emulators must print alike, from the first line of OpenSBI up to `end`. */
function commonLines(console: string, end: string): string[] {
  const from = console.indexOf("OpenSBI v");
  const lines = console.slice(from, console.indexOf(end, from)).split("\n");
  return lines.filter((line) => !ownLines.some((own) => own.test(line)));
}

test("OpenSBI and U-Boot come up as in QEMU, take commands and power off", async () => {
  const { dynamic, uBoot } = ensureFirmware();
  const options = [...machine, "-bios", dynamic, "-kernel", uBoot];
  const turns: readonly Turn[] = [
    ["Hit any key to stop autoboot", " "],
    ["=> ", "echo $board_name has $cpu; setexpr n 6 * 7; echo n is $n\n"],
    ["n is 2a", "version\n"],
    ["U-Boot 2", "poweroff\n"],
  ];
  const ours = await talkToGuest(emulators.trapline, options, turns);
  const theirs = await talkToGuest(emulators.qemu, options, turns);
  expect(ours.console).toContain("poweroff ...");
  expect(ours.exitCode).toBe(0);
  expect(theirs.exitCode).toBe(0);
  const lines = commonLines(ours.console, "poweroff ...");
  expect(lines.length).toBeGreaterThan(60);
  expect(lines).toEqual(commonLines(theirs.console, "poweroff ..."));
});

test.each([
  ["jump", 1],
  ["dynamic", 4],
] as const)(
  "Debian's kernel boots on OpenSBI's fw_%s with %i harts; the banner is QEMU's",
  async (kind, harts) => {
    const { kernel, initrd } = ensureLinuxImage();
    const options = [
      ...machine,
      ...["-smp", `${harts}`, "-bios", ensureFirmware()[kind]],
      ...["-kernel", kernel, "-initrd", initrd, "-append", linuxCommandLine],
    ];
    const turns: readonly Turn[] = [
      ["~ # ", "dmesg | grep SBI; echo $(nproc) harts\n"],
      [`${harts} harts`, "poweroff -f\n"],
    ];
    const ours = await talkToGuest(emulators.trapline, options, turns);
    expect(ours.console).toMatch(/SBI implementation ID=0x1 /);
    expect(ours.console).toContain("reboot: Power down");
    expect(ours.exitCode).toBe(0);
    const theirs = await talkToGuest(emulators.qemu, options, turns);
    const end = "Boot HART ID";
    expect(commonLines(ours.console, end)).toEqual(commonLines(theirs.console, end));
    expect(theirs.exitCode).toBe(0);
  },
);

test("U-Boot finds Debian's kernel on a virtio disk and starts it", async () => {
  const { dynamic, uBoot } = ensureFirmware();
  const { kernel, initrd } = ensureLinuxImage();
  const folder = mkdtempSync(`${tmpdir()}/trapline-firmware-`);
  try {
    mkdirSync(`${folder}/root`);
    copyFileSync(kernel, `${folder}/root/Image`);
    copyFileSync(initrd, `${folder}/root/initrd`);
    const disk = `${folder}/disk.img`;
    execFileSync("mke2fs", ["-q", "-t", "ext4", "-d", `${folder}/root`, disk, "96M"]);
    const options = [
      ...[...machine, "-bios", dynamic, "-kernel", uBoot],
      ...["-drive", `file=${disk},if=none,format=raw,id=d0,snapshot=on`],
      ...["-device", "virtio-blk-device,drive=d0"],
    ];
    const ours = await talkToGuest(emulators.trapline, options, [
      ["Hit any key to stop autoboot", " "],
      ["=> ", "load virtio 0 $kernel_addr_r Image\n"],
      ["=> ", "load virtio 0 $ramdisk_addr_r initrd\n"],
      ["=> ", `setenv bootargs ${linuxCommandLine}\n`],
      ["=> ", "booti $kernel_addr_r $ramdisk_addr_r:$filesize $fdtcontroladdr\n"],
      ["~ # ", "poweroff -f\n"],
    ]);
    expect(ours.console).toContain(`${statSync(kernel).size} bytes read`);
    expect(ours.console).toContain("Starting kernel ...");
    expect(ours.console).toContain("reboot: Power down");
    expect(ours.exitCode).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
