import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandOf, type Subject } from "./subjects.ts";
import type { Workload } from "./workloads.ts";

/** Enough for any workload that has kept code, beyond its last section. */
const instructions = "1G";
const runs = 2;

/** Translations that earlier runs of a workload have kept, in a folder that goes with the object. */
export class KeptCodeFolder {
  readonly folder = mkdtempSync(join(tmpdir(), "trapline-kept-code-"));
  readonly #workload: Workload;
  readonly #engine: string | undefined;

  constructor(workload: Workload, engine: string | undefined) {
    this.#workload = workload;
    this.#engine = engine;
  }

  /** Runs the workload to its end; what is kept then is what a person has from the day before. */
  fill(subject: Subject): void {
    if (subject.startsWith("qemu")) return;
    const { file, words } = commandOf(subject, this.#workload, this.#engine, this.folder);
    for (let run = 0; run < runs; run++) {
      spawnSync(file, [...words, "--max-instructions", instructions], { stdio: "ignore" });
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}
