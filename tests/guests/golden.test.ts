import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cliProgram } from "../support/cli-program.ts";
import { goldenPath, guests, sectorDisk, sectorDiskAfterwards } from "./guests.ts";
import { runGuest } from "./run-guest.ts";

const hasQemu = spawnSync("qemu-system-riscv64", ["--version"]).status === 0;

/** The same golden text for both: what it says is QEMU's word, not ours. */
const emulators: {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly present: boolean;
}[] = [
  { name: "Trapline", command: [process.execPath, cliProgram, "qemu"], present: true },
  {
    name: hasQemu ? "QEMU" : "QEMU (skipped: qemu-system-misc is not installed)",
    command: ["qemu-system-riscv64"],
    present: hasQemu,
  },
];

describe.each(emulators)("in $name", ({ command, present }) => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(`${tmpdir()}/guests-`);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.skipIf(!present).each(guests)("$name prints its golden text", async (guest) => {
    const golden = readFileSync(goldenPath(guest.name), "utf8");
    const disk = guest.disk === true ? `${folder}/${guest.name}.img` : undefined;
    if (disk !== undefined) writeFileSync(disk, sectorDisk());
    const run = await runGuest(command, guest, golden.length, disk);
    expect(run).toEqual({ console: golden, exitCode: guest.exitCode });
    if (disk !== undefined) {
      expect(readFileSync(disk).equals(sectorDiskAfterwards())).toBe(true);
    }
  });
});
