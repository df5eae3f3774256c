import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureLinuxImage } from "../../deploy/images/linux/ensure-linux-image.ts";
import { linuxCommandLine } from "../../deploy/images/linux/linux-command-line.ts";
import { snapshotVersion } from "../../workers/vmm/machine/upgrade-snapshot.ts";
import { monitorExits } from "../../workers/vmm/mod.ts";
import { elfPath, sectorDisk } from "../guests/guests.ts";
import { cliProgram } from "../support/cli-program.ts";

/**
 * Snapshots as a person meets them: a run that is left and goes on in other processes, under another
 * runtime and by another engine, is the run that was never left; the monitor's commands; and what
 * `trapline snapshot` says of a file.
 */
const node = ["node"] as const;
const deno = ["deno", "run", "-A"] as const;
type Runtime = readonly [string, ...string[]];

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "trapline-snapshots-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

function run([program, ...first]: Runtime, words: readonly string[], input = ""): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { maxBuffer: 2 ** 26, encoding: "utf8" as const };
    const child = execFile(
      program,
      [...first, cliProgram, ...words],
      options,
      (error, out, err) => {
        resolve({ status: error === null ? 0 : Number(error.code), out, err });
      },
    );
    child.stdin?.end(input);
  });
}

/** What must not depend on how a run was treated. */
interface End {
  readonly hash: string | undefined;
  readonly exits: Readonly<Record<string, number>>;
}

async function part(runtime: Runtime, words: readonly string[]): Promise<Outcome & End> {
  const report = join(folder, "exits.json");
  const machine = ["qemu", "-machine", "virt", "-nographic", "--hash", "--exits", report];
  const outcome = await run(runtime, [...machine, ...words]);
  const { exits } = JSON.parse(readFileSync(report, "utf8"));
  for (const category of monitorExits) delete exits[category];
  return { ...outcome, exits, hash: /state hash (\w+)/.exec(outcome.err)?.[1] };
}

interface Subject {
  readonly name: string;
  /** Options of the machine, and those of what it starts. */
  readonly machine: () => readonly string[];
  readonly boot: () => readonly string[];
  /** Steps of the first two parts. */
  readonly cuts: readonly [number, number];
  readonly most?: number;
}

const disk = () => {
  const file = join(folder, "disk.img");
  writeFileSync(file, sectorDisk(), { flag: "a" });
  truncateSync(file, 8192);
  const drive = `file=${file},if=none,format=raw,id=d0,snapshot=on`;
  return ["-drive", drive, "-device", "virtio-blk-device,drive=d0"];
};
const own = (name: string) => () => ["-bios", "none", "-kernel", elfPath(name)];
const linux = () => {
  const { kernel, initrd } = ensureLinuxImage();
  return ["-m", "256M", "-kernel", kernel, "-initrd", initrd, "-append", linuxCommandLine];
};

const subjects: readonly Subject[] = [
  {
    name: "a disk that is written",
    machine: disk,
    boot: own("virtio-blk"),
    cuts: [60_000, 70_000],
  },
  { name: "page tables", machine: () => [], boot: own("paging"), cuts: [100_000, 300_000] },
  {
    ...{ name: "two harts", machine: () => [], boot: () => [...own("spinlock")(), "-smp", "2"] },
    cuts: [400_000, 900_000],
  },
  {
    ...{ name: "Debian's Linux", machine: () => [], boot: linux, cuts: [200_000_000, 150_000_000] },
    most: 600_000_000,
  },
  {
    ...{ name: "Debian's Linux on four harts", machine: () => [] },
    ...{ boot: () => [...linux(), "-smp", "4"], cuts: [150_000_000, 250_000_000] },
    most: 600_000_000,
  },
];

describe.each(subjects)("a run with $name", ({ name, machine, boot, cuts, most }) => {
  test("is the same whether or not it is left twice and goes on elsewhere", async () => {
    const limit = (steps: number | undefined) =>
      steps === undefined ? [] : ["--max-instructions", `${steps}`];
    const whole = await part(node, [...machine(), ...boot(), ...limit(most)]);
    const place = join(folder, name.replaceAll(/\W/g, ""));
    const keeping = ["-checkpoint", place];
    const resumed = [...machine(), "-restore", place];
    const first = await part(node, [...machine(), ...boot(), ...limit(cuts[0]), ...keeping]);
    expect(first.err).toContain(`the machine is saved; go on with -restore ${place}`);
    const second = await part(deno, [
      ...[...resumed, ...keeping, ...limit(cuts[1]), "-engine", "interpret"],
    ]);
    const rest = most === undefined ? undefined : most - cuts[0] - cuts[1];
    const third = await part(node, [...resumed, ...limit(rest)]);
    expect(third.hash).toBe(whole.hash);
    expect(third.status).toBe(whole.status);
    expect(third.exits).toEqual(whole.exits);
    expect(first.out + second.out + third.out).toBe(whole.out);
  });
});

describe.each([
  ["Node", node],
  ["Deno", deno],
] as const)("under %s", (runtimeName, runtime) => {
  const place = () => join(folder, `vm-${runtimeName}`);
  const machine = () => [
    ...["qemu", "-machine", "virt", "-display", "none", "-serial", "none", "-monitor", "stdio"],
    ...["-S", ...own("timer")(), "-checkpoint", place()],
  ];

  test("the monitor saves states, lists them, goes back to them and deletes them", async () => {
    const commands = [
      ...["info snapshots", "savevm start", "savevm again", "info snapshots", "delvm again"],
      ...["info snapshots", "loadvm start", "p $pc", "loadvm nothing", "savevm ../x", "quit"],
    ];
    const { out, status } = await run(runtime, machine(), `${commands.join("\n")}\n`);
    expect(status).toBe(0);
    expect(out).toContain("There is no snapshot available.");
    expect(out).toMatch(
      /^-- {8}start +\d+ KiB +20\d\d-\d\d-\d\d \d\d:\d\d:\d\d +00:00:00\.000 +0$/m,
    );
    expect(out.match(/^-- {8}again/gm)).toHaveLength(1);
    expect(out).toContain("0x1000\n");
    expect(out).toContain(
      `Error: there is no snapshot 'nothing' in '${place()}'\n  there are: start`,
    );
    expect(out).toContain("Error: a snapshot cannot be called '../x'");
  });

  test("a run without a place for snapshots says how to give it one", async () => {
    const words = machine().filter((word) => word !== "-checkpoint" && word !== place());
    const { out } = await run(runtime, words, "savevm one\nloadvm one\nquit\n");
    expect(
      out.match(/Error: this run has no place for snapshots; start it with -checkpoint DIR/g),
    ).toHaveLength(2);
  });

  test("a machine that writes to a disk's file is not saved, and it is said why", async () => {
    const words = [...machine(), ...disk().map((word) => word.replace(",snapshot=on", ""))];
    const { out } = await run(runtime, words, "savevm one\nquit\n");
    expect(out).toContain("disk 'd0' is written to its file, which a snapshot cannot hold");
    expect(out).toContain("start with -snapshot");
  });

  test("a snapshot is inspected, verified and compared", async () => {
    const steps = ["--max-instructions", "20000", "-checkpoint", join(folder, "one")];
    await part(runtime, [...own("timer")(), ...steps]);
    const more = ["--max-instructions", "20000", "-checkpoint", join(folder, "two")];
    await part(runtime, ["-restore", join(folder, "one"), ...more]);
    const file = join(folder, "one", "last.snapshot");

    const inspected = await run(runtime, ["snapshot", "inspect", join(folder, "one")]);
    expect(inspected.out).toContain(`${file}: format ${snapshotVersion}, saved 20`);
    expect(inspected.out).toMatch(/128 MiB of RAM, 1 hart, virtual time, seed 0, starts in M-mode/);
    expect(inspected.out).toContain("20,000 steps");
    const verified = await run(runtime, ["snapshot", "verify", file]);
    expect(verified).toMatchObject({ status: 0 });
    expect(verified.out).toContain(`: whole; format ${snapshotVersion}, `);
    expect(verified.out).toMatch(/, \d+ pages, \d+ sections, state hash \w{64}\n$/);
    const compared = await run(runtime, [
      "snapshot",
      "diff",
      join(folder, "one"),
      join(folder, "two"),
    ]);
    expect(compared.status).toBe(1);
    expect(compared.out).toContain("+20,000 steps");
    expect(await run(runtime, ["snapshot", "diff", file, file])).toMatchObject({
      ...{ status: 0, out: "the same\n" },
    });
  });

  test("a damaged snapshot is refused with the name of what is damaged", async () => {
    const place = join(folder, `damaged-${runtimeName}`);
    await part(runtime, [...own("timer")(), "--max-instructions", "9000", "-checkpoint", place]);
    const file = join(place, "last.snapshot");
    const whole = readFileSync(file);
    truncateSync(file, statSync(file).size - 1);
    const cut = await run(runtime, ["snapshot", "verify", place]);
    expect(cut.status).toBe(1);
    expect(cut.out).toMatch(/in its section "\w+", the file ends/);
    const words = ["qemu", "-machine", "virt", "-nographic", "-restore", place];
    const resumed = await run(runtime, words);
    expect(resumed.status).toBe(1);
    expect(resumed.err).toMatch(/in its section "\w+", the file ends/);
    writeFileSync(file, whole);
    const other = [...words, "-device", "virtio-rng-device"];
    expect((await run(runtime, other)).err).toContain("rng in slot 7 was not there");
    expect((await run(runtime, ["snapshot", "inspect", elfPath("timer")])).err).toContain(
      "This is no snapshot of Trapline.",
    );
  });

  test("a script goes on where it was", async () => {
    const script = join(folder, "script.yaml");
    const within = "within: 1M";
    writeFileSync(
      script,
      `- { expect: "say something>", ${within} }\n- { send: "good morning\\n" }\n` +
        `- { expect: bye, ${within} }\n- { exit-code: 0, ${within} }\n`,
    );
    const place = join(folder, `script-${runtimeName}`);
    const words = ["--script", script, "-checkpoint", place];
    const first = await part(runtime, [...own("hello")(), ...words, "--max-instructions", "40000"]);
    const rest = await part(runtime, ["-restore", place, ...words]);
    const whole = await part(runtime, [...own("hello")(), "--script", script]);
    expect(whole.err).toContain("step 4 passed");
    expect(rest.err.match(/step \d .*/g)).toEqual(whole.err.match(/step \d .*/g));
    expect(rest.hash).toBe(whole.hash);
    expect(first.out + rest.out).toBe(whole.out);
  });
});
