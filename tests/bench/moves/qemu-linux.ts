/** QEMU with the same Linux and the same load, told what to do over QMP. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { createInterface } from "node:readline";
import { linuxCommandLine } from "../../../deploy/images/linux/linux-command-line.ts";
import { makeLoadImage } from "./load-image.ts";
import type { Load } from "./loaded-linux.ts";

const warmDots = 80;

export class QemuLinux {
  readonly #child: ChildProcess;
  readonly #folder = mkdtempSync(`${tmpdir()}/trapline-bench-`);
  #monitor: Socket | undefined;
  #answers: AsyncIterator<string> | undefined;
  #text = "";
  #dots = 0;

  /** @param options.incoming the port on which it waits for a guest; @param options.disk qcow2 */
  constructor({ incoming, disk }: { incoming?: number; disk?: string } = {}) {
    const image = makeLoadImage();
    const drive = disk ? `file=${disk},format=qcow2` : `file=${image.disk},format=raw,readonly=on`;
    this.#child = spawn(
      "qemu-system-riscv64",
      [
        ...["-machine", "virt", "-m", "256M", "-display", "none", "-serial", "stdio"],
        ...["-kernel", image.kernel, "-initrd", image.initrd, "-append", linuxCommandLine],
        ...["-global", "virtio-mmio.force-legacy=false", "-drive", `${drive},if=none,id=d0`],
        ...["-device", "virtio-blk-device,drive=d0,bus=virtio-mmio-bus.0"],
        ...["-qmp", `unix:${this.#folder}/qmp,server=on,wait=off`],
        ...(incoming === undefined ? [] : ["-incoming", `tcp:127.0.0.1:${incoming}`]),
      ],
      { stdio: ["pipe", "pipe", "inherit"] },
    );
    this.#child.stdout?.on("data", (bytes: Buffer) => {
      const text = bytes.toString("latin1");
      this.#text = (this.#text + text).slice(-200);
      this.#dots += text.split(".").length - 1;
    });
  }

  get dots(): number {
    return this.#dots;
  }

  async boot(load: Load): Promise<void> {
    await until(() => this.#text.includes("~ # "));
    this.#dots = 0;
    if (load === "idle") return;
    this.#child.stdin?.write(`linux-load ${load}\n`);
    await until(() => this.#dots >= warmDots);
  }

  /** Processor time so far, in milliseconds. */
  get cpu(): number {
    const fields = readFileSync(`/proc/${this.#child.pid}/stat`, "latin1")
      .split(") ")[1]
      ?.split(" ");
    return (Number(fields?.[11]) + Number(fields?.[12])) * 10;
  }

  async execute<T>(command: string, words: Record<string, unknown> = {}): Promise<T> {
    const answers = await this.#connect();
    this.#monitor?.write(`${JSON.stringify({ execute: command, arguments: words })}\n`);
    for (;;) {
      const { value, done } = await answers.next();
      if (done) throw new Error("QEMU has ended");
      const answer = JSON.parse(value);
      if (answer.error) throw new Error(`QEMU: ${answer.error.desc}`);
      if ("return" in answer) return answer.return;
    }
  }

  end(): void {
    this.#child.kill("SIGKILL");
    this.#monitor?.destroy();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #connect(): Promise<AsyncIterator<string>> {
    if (this.#answers) return this.#answers;
    for (;;) {
      const socket = connect(`${this.#folder}/qmp`);
      const isThere = await new Promise<boolean>((resolve) => {
        socket.once("connect", () => resolve(true));
        socket.once("error", () => resolve(false));
      });
      if (isThere) {
        this.#monitor = socket;
        break;
      }
      await pause(20);
    }
    this.#answers = createInterface({ input: this.#monitor })[Symbol.asyncIterator]();
    await this.#answers.next();
    await this.execute("qmp_capabilities");
    return this.#answers;
  }
}

/** A port that nobody has at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("there is no port");
  return address.port;
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await pause(5);
}
