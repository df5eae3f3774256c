import { spawn } from "node:child_process";

/** One turn of a conversation: wait for the text, then type. */
export type Turn = readonly [expected: string, typed: string];

/**
 * Runs an emulator with the options of `qemu-system-riscv64` and talks to its guest on standard
 * input and output, until it ends by itself.
 *
 * @param guardMilliseconds ends an emulator whose guest does not do what is expected of it
 */
export function talkToGuest(
  [command, ...first]: readonly [string, ...string[]],
  options: readonly string[],
  turns: readonly Turn[],
  guardMilliseconds = 150_000,
): Promise<{ readonly console: string; readonly exitCode: number | null }> {
  return new Promise((resolve, reject) => {
    const emulator = spawn(command, [...first, ...options], { stdio: ["pipe", "pipe", "pipe"] });
    const waiting = [...turns];
    let console = "";
    let seen = 0;
    const read = (chunk: Buffer) => {
      console += chunk.toString("latin1");
      for (let turn = waiting[0]; turn !== undefined; turn = waiting[0]) {
        const at = console.indexOf(turn[0], seen);
        if (at < 0) return;
        seen = at + turn[0].length;
        emulator.stdin.write(turn[1]);
        waiting.shift();
      }
    };
    emulator.stdout.on("data", read);
    emulator.stderr.on("data", read);
    emulator.stdin.on("error", () => {
      // The guest may have ended before it read its input.
    });
    const guard = setTimeout(() => emulator.kill("SIGKILL"), guardMilliseconds);
    emulator.on("error", reject);
    emulator.on("close", (exitCode) => {
      clearTimeout(guard);
      resolve({ console: console.replaceAll("\r", ""), exitCode });
    });
  });
}
