import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findProgram } from "../../services/cli/find-program.mjs";
import type { Workload } from "./workloads.ts";

/** Who runs a workload: QEMU in one of its modes, or `trapline qemu` under one of its runtimes. */
export const subjects = ["qemu", "node", "deno", "qemu-icount"] as const;
export type Subject = (typeof subjects)[number];

export interface Command {
  readonly file: string;
  readonly words: readonly string[];
}

const root = fileURLToPath(new URL("../../", import.meta.url));
/** What people start: it also says how much memory Node may take for itself. */
const launcher = join(root, "services", "cli", "trapline.mjs");

/**
 * The command of a fresh process that runs the workload with its console on standard output.
 *
 * @param engine for `trapline qemu`; its default where it is not said
 * @param keptCode folder of translations of earlier runs; without it nothing is known beforehand
 */
export function commandOf(
  subject: Subject,
  workload: Workload,
  engine?: string,
  keptCode?: string,
): Command {
  const words = workload.words();
  const ours = [
    "qemu",
    ...words,
    "--kept-code",
    keptCode ?? "off",
    ...(engine === undefined ? [] : ["--engine", engine]),
  ];
  switch (subject) {
    case "node":
      return { file: process.execPath, words: [launcher, ...ours] };
    case "deno":
      return { file: "deno", words: ["run", "--allow-all", findProgram(root, false), ...ours] };
    case "qemu":
      return qemu(words);
    case "qemu-icount":
      return qemu([...words, "-icount", "shift=0"]);
  }
}

/** It stays when its guest powers off: whoever measures looks at the process before ending it. */
function qemu(words: readonly string[]): Command {
  return { file: "qemu-system-riscv64", words: [...words, "-no-shutdown"] };
}
