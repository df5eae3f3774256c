import { spawnSync } from "node:child_process";
import { ImageProblem } from "./image-problem.ts";

/** Debian package that brings a tool, for the sentence that says what to install. */
const packageOf: Readonly<Record<string, string>> = {
  "apt-get": "apt",
  "apt-cache": "apt",
  "apt-config": "apt",
  "/usr/lib/apt/apt-helper": "apt",
  "dpkg-deb": "dpkg",
  debugfs: "e2fsprogs",
  flock: "util-linux",
  mke2fs: "e2fsprogs",
};

/** An ordinary user's PATH lacks the sbin folders, where Debian keeps e2fsprogs. */
const pathWithTools = `${process.env.PATH ?? ""}:/usr/sbin:/sbin`;

/**
 * Runs a tool to its end and returns what it printed.
 *
 * @throws ImageProblem when the tool is missing or fails; its last error lines are in the message
 */
export function runTool(
  command: string,
  args: readonly string[],
  folder?: string,
  variables: Readonly<Record<string, string>> = {},
): Buffer {
  const result = spawnSync(command, args, {
    ...(folder === undefined ? {} : { cwd: folder }),
    // Messages and sort order must not depend on who builds the image.
    env: { ...process.env, PATH: pathWithTools, LC_ALL: "C", ...variables },
    maxBuffer: 256 * 1024 * 1024,
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (result.error !== undefined) {
    const missing = (result.error as NodeJS.ErrnoException).code === "ENOENT";
    throw missing
      ? new ImageProblem(
          `The tool ${command} is not on this machine.`,
          `Build on Debian or Ubuntu, where the package ${packageOf[command] ?? command} brings it.`,
        )
      : new ImageProblem(`${command} could not run: ${result.error.message}`, "See the message.");
  }
  if (result.status !== 0) {
    const lines = result.stderr.toString().trim().split("\n");
    // apt says what happened in the first of its errors, and much about it behind that.
    const errors = [
      ...new Set([...lines.filter((line) => /^E(rr)?:/.test(line)), ...lines.slice(-6)]),
    ];
    throw new ImageProblem(
      `${command} failed (status ${result.status ?? result.signal}).\n  ${errors.join("\n  ")}`,
      "If the network or the mirror was at fault, run the command again.",
    );
  }
  return result.stdout;
}
