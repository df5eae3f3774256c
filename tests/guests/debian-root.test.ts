import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { ensureDebianImage } from "../../deploy/images/debian/ensure-debian-image.ts";
import type { DebianImagePaths } from "../../deploy/images/debian/paths.ts";
import { debianLogin, debianOptions } from "./debian-options.ts";
import { runScript, scriptOf } from "./run-script.ts";
import type { Turn } from "./talk-to-guest.ts";

const services =
  "systemd-journald systemd-udevd systemd-logind systemd-timesyncd dbus cron serial-getty@ttyS0";

const prompt = "root@trapline:~# ";

/** Boots from a disk, logs in on the serial console, types the lines there and powers off. */
async function session(image: DebianImagePaths, disk: string, harts: number, typed: string[]) {
  const turns = [...typed, "systemctl poweroff"].map((line): Turn => [prompt, `${line}\n`]);
  const script = scriptOf([...debianLogin, ...turns]);
  const options = debianOptions(image, disk, harts);
  const { console, exitCode, report } = await runScript(options, script);
  expect(report).not.toMatch(/step \d+ (failed|not-reached)/);
  expect(exitCode).toBe(0);
  const text = stripVTControlCharacters(console);
  expect(text).toContain("reboot: Power down");
  expect(text).not.toMatch(/Oops|BUG:|WARNING:|panic|rcu.*stall|I\/O error|EXT4-fs error/);
  expect(text).not.toMatch(/\[FAILED\]|\[DEPEND\]|\[ TIME \]/);
  return text;
}

test("Debian's root file system boots with 1 hart, is written to, and with 4 harts boots again", async () => {
  const image = await ensureDebianImage();
  const folder = mkdtempSync(`${tmpdir()}/trapline-debian-`);
  try {
    const disk = `${folder}/disk`;
    execFileSync("cp", ["--sparse=always", image.disk, disk]);

    const first = await session(image, disk, 1, [
      "systemctl is-system-running --wait",
      "systemctl --failed --no-pager",
      `systemctl is-active ${services} | uniq -c`,
      "uname -a",
      "cat /etc/os-release",
      "dpkg --audit; dpkg -l systemd | tail -1",
      "echo written with $(nproc) hart > kept",
    ]);
    expect(first).toMatch(/^running$/m);
    expect(first).toContain("\n0 loaded units listed.");
    expect(first).toMatch(/^\s+7 active$/m);
    expect(first).toMatch(/^Linux trapline \S+ #1 SMP Debian .* riscv64 GNU\/Linux$/m);
    expect(first).toMatch(/^PRETTY_NAME="Debian GNU\/Linux 13 \(trixie\)"$/m);
    expect(first).toMatch(/^ii\s+systemd\s/m);
    expect(first).toMatch(/vda1: clean, \d+\/\d+ files|trapline: clean, \d+\/\d+ files/);

    const second = await session(image, disk, 4, [
      "systemctl is-system-running --wait",
      "systemctl --failed --no-pager",
      "cat kept; echo read with $(nproc) harts",
    ]);
    expect(second).toMatch(/^running$/m);
    expect(second).toContain("\n0 loaded units listed.");
    expect(second).toMatch(/^written with 1 hart$/m);
    expect(second).toMatch(/^read with 4 harts$/m);
    expect(second).toContain("smp: Brought up 1 node, 4 CPUs");
    expect(second).toMatch(/trapline: clean, \d+\/\d+ files/);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 900_000);
