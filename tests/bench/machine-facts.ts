import { execFileSync } from "node:child_process";
import { cpus, loadavg, release, totalmem, type } from "node:os";

/** What figures depend on, one line each. */
export function machineFacts(): readonly string[] {
  const [cpu] = cpus();
  const gibibytes = (totalmem() / 2 ** 30).toFixed(1);
  const load = loadavg().map((value) => value.toFixed(2));
  return [
    `date     ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`,
    `machine  ${cpus().length} × ${cpu?.model.trim() ?? "unknown processor"}, ${gibibytes} GiB, ${type()} ${release()}`,
    `load     ${load[0]} over the last minute when the run began (an idle machine has 0)`,
    `node     ${process.versions.node}`,
    `deno     ${version("deno")}`,
    `qemu     ${version("qemu-system-riscv64")}`,
  ];
}

function version(command: string): string {
  const [line = ""] = execFileSync(command, ["--version"], { encoding: "utf8" }).split("\n");
  return /\d+\.\d+[.\d]*/.exec(line)?.[0] ?? line;
}
