import { fileURLToPath } from "node:url";
import type { Workload } from "./workloads.ts";

/** Who runs a workload: QEMU in one of its modes, or `trapline qemu` under one of its runtimes. */
export const subjects = ["qemu", "node", "deno", "qemu-icount"] as const;
export type Subject = (typeof subjects)[number];

export interface Command {
  readonly file: string;
  readonly words: readonly string[];
}

const trapline = fileURLToPath(new URL("../../services/cli/main.ts", import.meta.url));

/**
 * The command of a fresh process that runs the workload with its console on standard output.
 *
 * @param engine for `trapline qemu`; its default where it is not said
 */
export function commandOf(subject: Subject, workload: Workload, engine?: string): Command {
  const words = workload.words();
  const ours = ["qemu", ...words, ...(engine === undefined ? [] : ["--engine", engine])];
  switch (subject) {
    case "node":
      return { file: process.execPath, words: [trapline, ...ours] };
    case "deno":
      return { file: "deno", words: ["run", "--allow-all", trapline, ...ours] };
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
