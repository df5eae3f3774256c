import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { ensureLinuxImage } from "../../deploy/images/linux/ensure-linux-image.ts";
import { cliProgram } from "../support/cli-program.ts";
import { boots } from "./boots.ts";
import { talkToGuest } from "./talk-to-guest.ts";

const emulators = {
  trapline: [process.execPath, cliProgram, "qemu"],
  qemu: ["qemu-system-riscv64"],
} as const;

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
  const { turns } = boots.uBoot;
  const options = boots.uBoot.options();
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
  ["jump", 1, boots.linuxOnOpenSbi],
  ["dynamic", 4, boots.linuxOnOpenSbiOnFourHarts],
] as const)(
  "Debian's kernel boots on OpenSBI's fw_%s with %i harts; the banner is QEMU's",
  async (_, harts, { options: makeOptions, turns }) => {
    const options = await makeOptions("");
    const ours = await talkToGuest(emulators.trapline, options, turns);
    expect(ours.console).toMatch(/SBI implementation ID=0x1 /);
    expect(ours.console).toContain(`\n${harts} harts\n`);
    expect(ours.console).toContain("reboot: Power down");
    expect(ours.exitCode).toBe(0);
    const theirs = await talkToGuest(emulators.qemu, options, turns);
    const end = "Boot HART ID";
    expect(commonLines(ours.console, end)).toEqual(commonLines(theirs.console, end));
    expect(theirs.exitCode).toBe(0);
  },
);

test("U-Boot finds Debian's kernel on a virtio disk and starts it", async () => {
  const folder = mkdtempSync(`${tmpdir()}/trapline-firmware-`);
  try {
    const { options, turns } = boots.linuxFromDisk;
    const ours = await talkToGuest(emulators.trapline, options(folder), turns);
    expect(ours.console).toContain(`${statSync(ensureLinuxImage().kernel).size} bytes read`);
    expect(ours.console).toContain("Starting kernel ...");
    expect(ours.console).toContain("reboot: Power down");
    expect(ours.exitCode).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
