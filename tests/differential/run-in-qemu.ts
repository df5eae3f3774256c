import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { ramBytes } from "./guest-layout.ts";
import type { Qemu } from "./qemu.ts";

const timeoutMilliseconds = 150_000;

/**
 * Runs a bare-metal image in QEMU, on a hart with our extensions.
 *
 * @param harts with one hart QEMU takes an atomic for a load and a store, and reports faults of the
 *   load; with two it does not, but the guest has to put the second one to sleep
 * @param signal ends QEMU
 * @param properties of the hart that are to differ, e.g. `debug=true`
 * @returns what the guest printed. Rejects when it does not power off in time.
 */
export async function runInQemu(
  { command, cpuModel }: Qemu,
  image: Uint8Array,
  harts: 1 | 2 = 1,
  signal?: AbortSignal,
  properties: readonly string[] = [],
): Promise<string> {
  const folder = mkdtempSync(`${tmpdir()}/differential-`);
  try {
    const file = `${folder}/image.bin`;
    writeFileSync(file, image);
    const size = ["-m", `${ramBytes >> 20}M`, "-smp", String(harts)];
    const model = [cpuModel, ...properties].join(",");
    const machine = ["-machine", "virt", ...size, "-cpu", model];
    const devices = ["-display", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot"];
    const [program, ...first] = command;
    const words = [...first, ...machine, ...devices, "-bios", "none", "-kernel", file];
    return await printed(program, words, `${folder}/console`, signal);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * @param file that the output goes to: through a pipe QEMU would wait for this thread, which
 *   meanwhile runs the same guest itself
 */
function printed(
  program: string,
  words: readonly string[],
  file: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const output = openSync(file, "w");
    const qemu = spawn(program, words, {
      timeout: timeoutMilliseconds,
      // At a signal that it can handle QEMU ends with status 0, as if the guest had powered off.
      killSignal: "SIGKILL",
      signal,
      stdio: ["ignore", output, "inherit"],
    });
    closeSync(output);
    qemu.on("error", reject);
    qemu.on("close", (status) => {
      const console = readFileSync(file, "latin1");
      if (status === 0) resolve(console);
      else reject(new Error(`QEMU failed (${status}); the guest printed ${console.slice(-400)}`));
    });
  });
}
