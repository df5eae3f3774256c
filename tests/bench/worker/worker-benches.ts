import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ensureLinuxImage } from "../../../deploy/images/linux/ensure-linux-image.ts";
// @ts-expect-error: plain JavaScript without types, for the oldest Node that starts Trapline
import { leanFlags, leanVariables, leanWords } from "../../../services/cli/modern-node.mjs";
import { judged } from "../judged.ts";
import type { Checkpoints } from "../moves/checkpoints.ts";
import { migrationLines } from "../moves/migration-lines.ts";
import type { Migrations } from "../moves/migrations.ts";
import type { Tracing } from "../moves/tracing.ts";
import type { Runtime } from "../options.ts";
import { median } from "../samples.ts";
import type { GdbSteps } from "./gdb-steps.ts";
import type { LinuxBoots } from "./linux-boots.ts";
import type { LinuxMemory } from "./linux-memory.ts";
import type { ManyVms } from "./many-vms.ts";
import type { PoolVms } from "./pool-vms.ts";
import type { Templates } from "./templates.ts";
import type { ShortVms } from "./vms-in-turn.ts";

/** What a worker does with many VMs: no comparison with QEMU, which has one VM in a process. */
export interface WorkerBench {
  readonly id: string;
  run(runtime: Runtime): Promise<{ readonly lines: readonly string[]; readonly figures: unknown }>;
}

const main = fileURLToPath(new URL("main.ts", import.meta.url));

const templateParts = ["templates-here", "template-stored", "template-clones"];

/** All of them, in the order in which they run. */
export const workerBenches: readonly WorkerBench[] = [
  bench("many-vms", ["many-vms"], ({ vms, oneMips, manyMips, ratio }: ManyVms) => {
    const figure = `${vms} VMs in one worker: ${manyMips.toFixed(0)} MIPS together`;
    const share = `${(100 * ratio).toFixed(0)} % of one VM's ${oneMips.toFixed(0)}`;
    return [judged(ratio >= 0.85, `${figure}, ${share}`, "≥ 85 %")];
  }),
  bench("short-vms", ["short-vms"], (figures: ShortVms) => [
    flatness(figures, "VMs one after another", 1000),
  ]),
  // By then as much code is kept as there may be.
  bench("own-code-vms", ["own-code-vms"], (figures: ShortVms) => [
    flatness(figures, "VMs with translated code of their own", 3000),
  ]),
  bench("pool-vms", ["pool-vms"], ({ vms, threads, ...figures }: PoolVms) => {
    const { oneMips, manyMips, ratio, ratioOfProcessor } = figures;
    const figure = `${vms} VMs on ${threads} threads: ${manyMips.toFixed(0)} MIPS together`;
    const share = `${(100 * ratio).toFixed(0)} % of one VM's ${oneMips.toFixed(0)}`;
    const cost = `per second of processor time ${(100 * ratioOfProcessor).toFixed(0)} %`;
    return [judged(ratio >= 0.85, `${figure}, ${share}; ${cost}`, "≥ 85 %")];
  }),
  bench("pool-short-vms", ["pool-short-vms"], (figures: ShortVms) => [
    flatness(figures, "runs on a worker's threads", 1000),
  ]),
  bench("linux-memory", ["linux-memory"], ({ empty, one, oneMore, guestFrames }: LinuxMemory) => {
    const [frames = 0] = guestFrames;
    const whole = `256 MiB Linux at the shell: ${one.toFixed(0)} MiB resident for the whole process`;
    const parts = `${empty.toFixed(0)} before the first VM, ${frames.toFixed(0)} of guest frames`;
    return [
      judged(one <= 200, `${whole} (${parts})`, "≤ 200"),
      judged(
        oneMore <= 40,
        `one clone of it, after some commands: ${oneMore.toFixed(1)} MiB`,
        "≤ 40",
      ),
    ];
  }),
  bench("linux-boots", ["linux-boots"], ({ own, qemu }: LinuxBoots) => {
    const theirs = median(qemu);
    const last = own.at(-1) ?? Number.NaN;
    const each = own.map((seconds) => `${seconds.toFixed(2)} s`).join(", ");
    const figure = `boots of one Linux in one process: ${each}; QEMU ${theirs.toFixed(2)} s`;
    const share = `the last takes ${(last / theirs).toFixed(2)} of that`;
    return [judged(last <= 0.7 * theirs, `${figure}, ${share}`, "≤ 0.70")];
  }),
  bench("migrations", ["migrations"], (figures: Migrations) => migrationLines(figures)),
  bench("tracing", ["tracing"], ({ write, count, pages }: Tracing) => {
    const percent = (part: number) => `${(100 * part).toFixed(1)} %`;
    const writer = `64 MiB round and round: ${percent(write)} slower, ${pages} pages a harvest`;
    return [
      judged(
        write <= 0.1,
        `dirty log harvested each 100 ms, a Linux that writes ${writer}`,
        "≤ 10 %",
      ),
      judged(count <= 0.01, `the same, one that calculates: ${percent(count)}`, "≤ 1 %"),
    ];
  }),
  bench("checkpoints", ["checkpoints"], (figures: Checkpoints) => {
    const { whole, increment, restore, clone, cloneMebibytes, qemu } = figures;
    const text = ({ first, usual }: { first: number; usual: number }) =>
      `${usual.toFixed(1)} ms (the first ${first.toFixed(1)})`;
    const pause = `a checkpoint stops an idle Linux for ${text(increment)}, the whole one for ${whole.toFixed(1)}`;
    const memory = `${cloneMebibytes.toFixed(2)} MiB`;
    return [
      judged(increment.usual <= 5, `${pause}; QEMU's savevm ${qemu.save.toFixed(0)}`, "≤ 5 ms"),
      judged(
        restore.usual <= 50,
        `from a directory to the first instruction ${text(restore)}; QEMU's loadvm ${qemu.load.toFixed(0)}`,
        "≤ 50 ms",
      ),
      judged(
        clone.usual <= 10 && cloneMebibytes <= 1,
        `a clone of it takes ${text(clone)} and ${memory}`,
        "≤ 10 ms, ≤ 1 MiB",
      ),
    ];
  }),
  bench("templates", templateParts, (figures: Templates) => {
    if (figures.storedHash !== figures.bootedHash) throw new Error("the runs differ");
    const { booted, cloned, stored, bootedRun, clonedRun, fork, forkKibibytes } = figures;
    const { runs, namedPages, storedPages, storedMebibytes } = figures;
    const ms = (value: number) => `${value.toFixed(0)} ms`;
    const others = `${ms(booted)} booted, ${ms(stored)} from a store`;
    const ratio = (namedPages / storedPages).toFixed(1);
    const beside = `${storedMebibytes.toFixed(1)} MiB beside the template`;
    return [
      `job to first instruction behind the template: ${ms(cloned)} of processor time (${others})`,
      `the whole run: ${ms(clonedRun)} (${ms(bootedRun)} booted)`,
      judged(
        fork <= 10,
        `a clone of a 256 MiB Linux: ${fork.toFixed(1)} ms of processor time`,
        "≤ 10",
      ),
      forkKibibytes < 0
        ? "what it takes cannot be told: the process gave back more meanwhile"
        : judged(forkKibibytes <= 1024, `it takes ${forkKibibytes.toFixed(0)} KiB`, "≤ 1024"),
      `${runs} clones with a checkpoint name ${namedPages} pages, ${storedPages} are stored: ${ratio} to 1; ${beside}`,
    ];
  }),
  bench("gdb-steps", ["gdb-steps"], ({ step, toBreakpoint }: GdbSteps) => [
    `a step of gdb on a run of the service: ${step.toFixed(2)} ms`,
    `a breakpoint that the guest comes to at once: ${toBreakpoint.toFixed(2)} ms`,
  ]),
];

/** @param from so many VMs, after which the process is to grow no more */
function flatness({ vms, seconds, residentMebibytes }: ShortVms, what: string, from: number) {
  const marks = Object.entries(residentMebibytes);
  const memory = marks.map(([count, mebibytes]) => `${mebibytes.toFixed(0)} after ${count}`);
  const early = residentMebibytes[from] ?? 0;
  const late = marks.at(-1)?.[1] ?? 0;
  const figure = `${vms} ${what}: ${(vms / seconds).toFixed(0)} a second`;
  const growth = `resident MiB ${memory.join(", ")}`;
  return judged(late <= early * 1.1, `${figure}; ${growth}`, `flat from ${from} on`);
}

/** @param parts processes that each measure some of the figures, one after another */
function bench<T>(
  id: string,
  parts: readonly string[],
  describe: (figures: T) => readonly string[],
): WorkerBench {
  return {
    id,
    async run(runtime) {
      // Here and not where it is booted: a worker builds no images.
      ensureLinuxImage();
      const flags = ["--expose-gc", ...leanFlags].join(",");
      const words =
        runtime === "node"
          ? ["--expose-gc", ...leanWords]
          : ["run", "--allow-all", "--unstable-worker-options", `--v8-flags=${flags}`];
      const program = runtime === "node" ? process.execPath : runtime;
      const env = { ...process.env, ...leanVariables() };
      const options = { timeout: 300_000, killSignal: "SIGKILL", env } as const;
      const folder = await mkdtemp(join(tmpdir(), "trapline-bench-"));
      try {
        const figures = {};
        for (const part of parts) {
          const run = promisify(execFile)(program, [...words, main, part, folder], options);
          Object.assign(figures, JSON.parse((await run).stdout));
        }
        const lines = describe(figures as T).map((line) => `${line} under ${runtime}`);
        return { lines, figures };
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}
