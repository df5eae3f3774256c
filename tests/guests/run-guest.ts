import { spawn } from "node:child_process";
import { elfPath, type Guest } from "./guests.ts";

/** What a guest did. */
export interface GuestRun {
  readonly console: string;
  /** undefined when it had to be ended, because it hangs. */
  readonly exitCode: number | undefined;
}

/** Hang or not, a guest is ended after this. */
const guardMilliseconds = 60_000;

/**
 * Runs a guest in an emulator that takes the options of `qemu-system-riscv64`, until it ends. One
 * that hangs on purpose is ended when it has printed as many bytes as are expected of it.
 *
 * @param emulator command and first arguments, e.g. `["qemu-system-riscv64"]`
 * @param disk file for the guest's block device, if it has one
 */
export function runGuest(
  [command, ...first]: readonly [string, ...string[]],
  guest: Guest,
  expectedBytes: number,
  disk?: string,
): Promise<GuestRun> {
  const machine = [
    "-machine",
    "virt",
    "-m",
    `${guest.ramMebibytes ?? 64}M`,
    "-smp",
    `${guest.harts ?? 1}`,
    "-nographic",
    "-monitor",
    "none",
  ];
  const program = ["-serial", "stdio", "-no-reboot", "-bios", "none"];
  const block =
    disk === undefined
      ? []
      : [
          ["-global", "virtio-mmio.force-legacy=false"],
          ["-drive", `file=${disk},if=none,format=raw,id=d0`],
          ["-device", "virtio-blk-device,drive=d0,bus=virtio-mmio-bus.0"],
        ].flat();
  const all = [...first, ...machine, ...program, "-kernel", elfPath(guest.name), ...block];
  return new Promise((resolve, reject) => {
    const emulator = spawn(command, all, { stdio: ["pipe", "pipe", "pipe"] });
    const output: Buffer[] = [];
    let bytes = 0;
    emulator.stdout.on("data", (chunk: Buffer) => {
      output.push(chunk);
      bytes += chunk.length;
      if (guest.exitCode === undefined && bytes >= expectedBytes) emulator.kill("SIGKILL");
    });
    emulator.stderr.on("data", (chunk: Buffer) => output.push(chunk));
    const guard = setTimeout(() => emulator.kill("SIGKILL"), guardMilliseconds);
    emulator.on("error", reject);
    emulator.on("close", (code) => {
      clearTimeout(guard);
      resolve({ console: Buffer.concat(output).toString(), exitCode: code ?? undefined });
    });
    emulator.stdin.on("error", () => {
      // The guest may have ended before it read its input.
    });
    emulator.stdin.write(guest.input ?? "");
  });
}
