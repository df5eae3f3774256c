/** Runs an image in `qemu-system-riscv64` (Debian: qemu-system-misc) with our hart's extensions. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { implementedExtensions } from "../../workers/vmm/isa/table.ts";
import { ramBytes } from "./guest-layout.ts";

const program = "qemu-system-riscv64";
const timeoutMilliseconds = 60_000;

/** Never ours, or not compared. To QEMU 7.2 `zmmul` means "no division". */
const switchedOff = new Set(["h", "v", "debug", "zmmul"]);
const extensionName = /^(z|sv|ss|sm)[a-z0-9]+$/i;
let cpuModel: string | undefined;

export function hasQemu(): boolean {
  return spawnSync(program, ["--version"]).status === 0;
}

/**
 * @param harts with one hart QEMU takes an atomic for a load and a store, and reports faults of the
 *   load; with two it does not, but the guest has to put the second one to sleep
 * @param signal ends QEMU
 * @returns what the guest printed. Rejects when it does not power off in time.
 */
export async function runInQemu(
  image: Uint8Array,
  harts: 1 | 2 = 1,
  signal?: AbortSignal,
): Promise<string> {
  const folder = mkdtempSync(`${tmpdir()}/differential-`);
  try {
    const file = `${folder}/image.bin`;
    writeFileSync(file, image);
    cpuModel ??= ourHart();
    const size = ["-m", `${ramBytes >> 20}M`, "-smp", String(harts)];
    const machine = ["-machine", "virt", ...size, "-cpu", cpuModel];
    const devices = ["-display", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot"];
    return await printed([...machine, ...devices, "-bios", "none", "-kernel", file], signal);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function printed(options: readonly string[], signal: AbortSignal | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const qemu = spawn(program, options, {
      timeout: timeoutMilliseconds,
      signal,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const output: Buffer[] = [];
    qemu.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    qemu.on("error", reject);
    qemu.on("close", (status) => {
      const console = Buffer.concat(output).toString("latin1");
      if (status === 0) resolve(console);
      else reject(new Error(`QEMU failed (${status}); the guest printed ${console.slice(-400)}`));
    });
  });
}

/** The extensions that we implement, of those that this QEMU knows: an unknown one ends it. */
function ourHart(): string {
  const help = spawnSync(program, ["-machine", "virt", "-device", "rv64-riscv-cpu,help"]);
  const known = [...help.stdout.toString().matchAll(/^\s*(\w+)=<bool>/gm)].map(
    ([, name]) => name ?? "",
  );
  const ours = new Set<string>(implementedExtensions);
  const extensions = known.filter((name) => extensionName.test(name) && !switchedOff.has(name));
  const properties = [
    ...extensions.map((name) => `${name}=${ours.has(name.toLowerCase())}`),
    ...known.filter((name) => switchedOff.has(name)).map((name) => `${name}=false`),
  ];
  return ["rv64", ...properties, "marchid=0", "mimpid=0"].join(",");
}
