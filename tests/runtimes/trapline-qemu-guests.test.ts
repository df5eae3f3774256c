import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureLinuxImage } from "../../deploy/images/linux/ensure-linux-image.ts";
import { linuxCommandLine } from "../../deploy/images/linux/linux-command-line.ts";
import { exitCategories } from "../../workers/vmm/mod.ts";
import { elfPath, goldenPath, sectorDisk, sectorDiskAfterwards } from "../guests/guests.ts";
import { cliProgram } from "../support/cli-program.ts";
import { inTerminal } from "./in-terminal.ts";
import { type Ending, run } from "./run-shell.ts";

/** `trapline qemu` with real guests: our own bare-metal programs and Debian's Linux. */
const runtimes = { Node: "node", Deno: "deno run -A" };

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "trapline-guests-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function trapline(runtime: string, options: string): string {
  return `exec ${runtime} ${cliProgram} qemu -machine virt -nographic ${options}`;
}

/** What must be the same wherever a run happens. */
async function outcome(runtime: string, options: string): Promise<Ending & { exits: string }> {
  const report = join(folder, "exits.json");
  const ending = await run(`${trapline(runtime, options)} --hash --exits ${report} </dev/null`, []);
  return { ...ending, exits: readFileSync(report, "utf8") };
}

describe.each(Object.entries(runtimes))("under %s", (_name, runtime) => {
  test("a guest is talked to in a terminal", async () => {
    const command = trapline(runtime, `-bios none -kernel ${elfPath("hello")}`);
    const { out } = await run(inTerminal(command), [["say something> ", "good morning\r"]]);
    expect(out).toContain("you said: good morning (12 characters)");
    expect(out).toContain("status 0");
  });

  test("what a guest writes to its disk is in the image file, unless -snapshot is given", async () => {
    const disk = join(folder, "disk.img");
    const options =
      `-bios none -kernel ${elfPath("virtio-blk")} -drive file=${disk},if=none,format=raw,id=d0 ` +
      "-device virtio-blk-device,drive=d0";
    writeFileSync(disk, sectorDisk());
    expect(await run(trapline(runtime, `${options} -snapshot`), [])).toMatchObject({ status: 0 });
    expect(readFileSync(disk).equals(sectorDisk())).toBe(true);
    const { status, out } = await run(trapline(runtime, options), []);
    expect({ status, out }).toEqual({
      status: 0,
      out: readFileSync(goldenPath("virtio-blk"), "utf8"),
    });
    expect(readFileSync(disk).equals(sectorDiskAfterwards())).toBe(true);
  });

  test("--exits - tells what the exits took, and where all of the time went", async () => {
    const options = `-bios none -kernel ${elfPath("timer")} -serial none --exits -`;
    const { out: table } = await run(`${trapline(runtime, options)} </dev/null`, []);
    expect(table).toMatch(/^exit +count +share +time +share +min +mean +p50 +p99 +max$/m);
    expect(table).toMatch(/^mmio\.(read|write) +[\d,]+ +[\d.]+ % +~?[\d.]+ (ns|µs|ms) /m);
    expect(table).toMatch(/ exits in [\d,]+ instructions, [\d.]+ per million$/m);
    expect(table).toMatch(/^[\d.]+ (µs|ms|s): guest [\d.]+ %, monitor [\d.]+ %/m);
    const { out: json } = await run(`${trapline(runtime, `${options} --json`)} </dev/null`, []);
    const report = JSON.parse(json);
    expect(report.rows.length).toBe(exitCategories.length);
    const { guest, monitor, driver } = report.time;
    // How much there is of each is the host's affair.
    expect(guest >= 0 && monitor > 0 && driver > 0).toBe(true);
    const totals = report.rows.map(({ time }: { time?: { total: number } }) => time?.total ?? 0);
    expect(totals.reduce((sum: number, total: number) => sum + total)).toBeCloseTo(monitor, 0);
  });

  test("Linux answers the keyboard, writes to its disk and takes a second for a second", async () => {
    const image = ensureLinuxImage();
    const disk = join(folder, "linux.img");
    copyFileSync(image.disk, disk);
    const options =
      `-m 256M -kernel ${image.kernel} -initrd ${image.initrd} -append '${linuxCommandLine}' ` +
      `-drive file=${disk},if=none,format=raw,id=d0 -device virtio-blk-device,drive=d0 ` +
      "-device virtio-rng-device --time host";
    let slept = 0;
    const { status, out } = await run(trapline(runtime, options), [
      ["~ # ", "mount -t ext2 /dev/vda /mnt && echo written by the guest > /mnt/new.txt; sync\r"],
      ["~ # ", "cat /mnt/new.txt; umount /mnt\r"],
      [
        "\nwritten by the guest",
        () => {
          slept = performance.now();
          return "time sleep 1\r";
        },
      ],
      [
        "real\t",
        () => {
          slept = performance.now() - slept;
          return "poweroff -f\r";
        },
      ],
    ]);
    expect(status).toBe(0);
    expect(out).toContain("Power down");
    expect(slept).toBeGreaterThan(990);
    // On a busy machine the guest sleeps longer, too, and says so.
    const [, minutes, seconds] = /real\t(\d+)m ?([\d.]+)s/.exec(out) ?? [];
    const bySelf = 1000 * (60 * Number(minutes) + Number(seconds));
    expect(bySelf).toBeGreaterThanOrEqual(1000);
    expect(slept / bySelf).toBeLessThan(10);
    expect(readFileSync(disk).includes("written by the guest\n")).toBe(true);
  });
});

test.each(["traps", "timer", "paging"])(
  "%s ends in the same state with the same exits under Node, under Deno, and again",
  async (name) => {
    const options = `-bios none -kernel ${elfPath(name)}`;
    const first = await outcome(runtimes.Node, options);
    expect(first).toMatchObject({ status: 0, out: readFileSync(goldenPath(name), "utf8") });
    expect(first.err).toMatch(/^trapline qemu: state hash [0-9a-f]{64}\n$/);
    expect(await outcome(runtimes.Deno, options)).toEqual(first);
    expect(await outcome(runtimes.Node, options)).toEqual(first);
  },
);

test("a guest that is cut off by --max-instructions is cut at the same instruction everywhere", async () => {
  const options = `-bios none -kernel ${elfPath("bench-integer")} --max-instructions 23456789`;
  const first = await outcome(runtimes.Node, options);
  expect(first.status).toBe(124);
  expect(JSON.parse(first.exits)).toMatchObject({ instructions: 23_456_789 });
  expect(await outcome(runtimes.Deno, options)).toEqual(first);
});

describe("mistakes", () => {
  const lines = (ending: Ending) => ending.err.split("\n");

  test("a bare-metal program without -bios none is told what is missing", async () => {
    const ending = await run(trapline("node", `-kernel ${elfPath("hello")}`), []);
    expect(ending).toMatchObject({ status: 1, out: "" });
    expect(lines(ending)[1]).toContain("-bios none");
  });

  test("a file that is no kernel at all traps for ever: the run ends with a sentence", async () => {
    const kernel = join(folder, "notes.txt");
    writeFileSync(kernel, "These are my notes.\n".repeat(100));
    const ending = await run(trapline("node", `-bios none -kernel ${kernel}`), []);
    expect(ending.status).toBe(125);
    expect(ending.err).toContain("every instruction traps");
    const limited = trapline("node", `-bios none -kernel ${kernel} --max-instructions 1M`);
    expect((await run(limited, [])).status).toBe(124);
  });

  test("a cut, a foreign and a missing kernel and a folder are told apart, in two lines", async () => {
    const cut = join(folder, "cut.elf");
    writeFileSync(cut, readFileSync(elfPath("hello")).subarray(0, 4500));
    const cases: [kernel: string, sentence: string][] = [
      [cut, "ends in the middle of a segment"],
      [process.execPath, "not for 64-bit RISC-V"],
      [join(folder, "missing.elf"), "there is no such file"],
      [folder, "it is a folder"],
    ];
    for (const runtime of Object.values(runtimes)) {
      for (const [kernel, sentence] of cases) {
        const ending = await run(trapline(runtime, `-bios none -kernel ${kernel}`), []);
        expect(ending).toMatchObject({ status: 1, out: "" });
        expect(lines(ending)[0]).toContain(sentence);
        expect(lines(ending)).toHaveLength(3);
      }
    }
  });
});
