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
const isUp = ["systemctl is-system-running --wait", "systemctl --failed --no-pager"];

interface Session {
  readonly harts: number;
  readonly typed: readonly string[];
  /** A shell in the place of systemd: the kernel, the initial RAM disk and the disk, in a fifth of the time. */
  readonly isShort?: boolean;
}

/** Boots from a disk, logs in on the serial console, types the lines there and powers off. */
async function session(image: DebianImagePaths, disk: string, { harts, typed, isShort }: Session) {
  const lines = [...typed, isShort ? "systemctl poweroff -ff" : "systemctl poweroff"];
  const turns = lines.map((line): Turn => [isShort ? "root@(none):/# " : prompt, `${line}\n`]);
  const script = scriptOf(isShort ? turns : [...debianLogin, ...turns]);
  const options = debianOptions(image, disk, harts, isShort ? "init=/bin/bash" : "");
  const { console, exitCode, report } = await runScript(options, script);
  expect(report).not.toMatch(/step \d+ (failed|not-reached)/);
  expect(exitCode).toBe(0);
  const text = stripVTControlCharacters(console);
  expect(text).toContain("reboot: Power down");
  expect(text).not.toMatch(/Oops|BUG:|WARNING:|panic|rcu.*stall|I\/O error|EXT4-fs error/);
  expect(text).not.toMatch(/\[FAILED\]|\[DEPEND\]|\[ TIME \]/);
  return text;
}

/** `npm run debian`: the second session goes as far as the first one. */
const isWhole = process.env.TRAPLINE_DEBIAN === "whole";

test("Debian's root file system boots with 4 harts, is written to, and boots again with 1 hart", async () => {
  const image = await ensureDebianImage();
  const folder = mkdtempSync(`${tmpdir()}/trapline-debian-`);
  try {
    const disk = `${folder}/disk`;
    execFileSync("cp", ["--sparse=always", image.disk, disk]);

    const first = await session(image, disk, {
      harts: 4,
      typed: [
        ...isUp,
        `systemctl is-active ${services} | uniq -c`,
        "uname -a",
        "cat /etc/os-release",
        "dpkg --audit; dpkg -l systemd | tail -1",
        "echo written with $(nproc) harts > kept",
      ],
    });
    expect(first).toContain("smp: Brought up 1 node, 4 CPUs");
    expect(first).toMatch(/^running$/m);
    expect(first).toContain("\n0 loaded units listed.");
    expect(first).toMatch(/^\s+7 active$/m);
    expect(first).toMatch(/^Linux trapline \S+ #1 SMP Debian .* riscv64 GNU\/Linux$/m);
    expect(first).toMatch(/^PRETTY_NAME="Debian GNU\/Linux 13 \(trixie\)"$/m);
    expect(first).toMatch(/^ii\s+systemd\s/m);
    expect(first).toMatch(/vda1: clean, \d+\/\d+ files|trapline: clean, \d+\/\d+ files/);

    const read = "cat /root/kept; echo read with $(nproc) hart";
    const second = await session(image, disk, {
      ...{ harts: 1, isShort: !isWhole, typed: isWhole ? [...isUp, read] : [read] },
    });
    if (isWhole) {
      expect(second).toMatch(/^running$/m);
      expect(second).toContain("\n0 loaded units listed.");
    }
    expect(second).toMatch(/written with 4 harts$/m);
    expect(second).toMatch(/^read with 1 hart$/m);
    expect(second).toMatch(/trapline: clean, \d+\/\d+ files/);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 900_000);
