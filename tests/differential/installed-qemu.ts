/** The machine's own `qemu-system-riscv64` (Debian 12: qemu-system-misc, version 7.2). */
import { spawnSync } from "node:child_process";
import { implementedExtensions } from "../../workers/vmm/isa/table.ts";
import type { Qemu } from "./qemu.ts";

const program = "qemu-system-riscv64";

/**
 * Never ours, or not compared. To QEMU 7.2 `zmmul` means "no division"; state enables are closed after
 * reset there (known deviation "open-state-enables").
 */
const switchedOff = new Set(["h", "v", "debug", "zmmul", "smstateen"]);
const extensionName = /^(z|sv|ss|sm)[a-z0-9]+$/i;
let found: Qemu | undefined;

/** @returns undefined where there is none */
export function installedQemu(): Qemu | undefined {
  if (found) return found;
  const { status, stdout } = spawnSync(program, ["--version"]);
  if (status !== 0) return undefined;
  const version = /version (\d+\.\d+)/.exec(String(stdout))?.[1];
  found = { name: `QEMU ${version}`, command: [program], cpuModel: ourHart() };
  return found;
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
