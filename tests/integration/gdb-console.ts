import { spawn, spawnSync } from "node:child_process";

const prompt = "(gdb) ";

/** A gdb that is typed to, as a person would. */
export class GdbConsole {
  readonly #child;
  #text = "";
  #seen: () => void = () => undefined;

  /** Of Debian's package of that name. */
  static readonly program = "gdb-multiarch";

  static get isThere(): boolean {
    return spawnSync(GdbConsole.program, ["--version"]).status === 0;
  }

  /** @param words what it is started with */
  constructor(words: readonly string[]) {
    const settings = ["set pagination off", "set confirm off", "set width 0"];
    const all = ["-nx", "-q", ...settings.flatMap((line) => ["-ex", line]), ...words];
    // By one pipe: by two the prompt may come before the error that it follows.
    const oneOutput = 'exec "$0" "$@" 2>&1';
    this.#child = spawn("sh", ["-c", oneOutput, GdbConsole.program, ...all], { stdio: "pipe" });
    this.#child.stdout.on("data", (chunk) => {
      this.#text += String(chunk);
      this.#seen();
    });
    this.#child.on("close", () => this.#seen());
  }

  /** What it says until it waits for a command. */
  async answer(): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf(prompt);
      const isOver = this.#child.exitCode !== null;
      if (end >= 0 || isOver) {
        const text = end >= 0 ? this.#text.slice(0, end) : this.#text;
        this.#text = end >= 0 ? this.#text.slice(end + prompt.length) : "";
        return text;
      }
      await new Promise<void>((resolve) => {
        this.#seen = resolve;
      });
    }
  }

  async do(command: string): Promise<string> {
    this.begin(command);
    return this.answer();
  }

  /** A command whose answer comes later. */
  begin(command: string): void {
    this.#child.stdin.write(`${command}\n`);
  }

  /** Ctrl-C. */
  interrupt(): void {
    this.#child.kill("SIGINT");
  }

  end(): void {
    this.#child.kill("SIGKILL");
  }
}
