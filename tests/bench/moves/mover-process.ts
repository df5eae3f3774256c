import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { MoverCommand } from "./mover.ts";

const program = fileURLToPath(new URL("mover.ts", import.meta.url));

/** A `mover.ts` under the runtime of this process. */
export class MoverProcess {
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  constructor() {
    const isDeno = "Deno" in globalThis;
    // As workers are started.
    const flags = ["--no-flush-bytecode", "--expose-gc"];
    const words = isDeno
      ? ["run", `--v8-flags=${flags.join(",")}`, "--allow-all", program]
      : [...flags, program];
    this.#child = spawn(process.execPath, words, { stdio: ["pipe", "pipe", "inherit"] });
    const { stdout } = this.#child;
    if (!stdout) throw new Error("a mover has no output");
    this.#answers = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  tell(command: MoverCommand): void {
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
  }

  /** The next answer. @throws Error where the process has ended */
  async answer<T>(): Promise<T> {
    const { value, done } = await this.#answers.next();
    if (done) throw new Error("a mover has ended");
    return JSON.parse(value);
  }

  ask<T>(command: MoverCommand): Promise<T> {
    this.tell(command);
    return this.answer();
  }

  end(): void {
    this.#child.kill("SIGKILL");
  }
}
