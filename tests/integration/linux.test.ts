import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureLinuxImage } from "../../deploy/images/linux/ensure-linux-image.ts";
import { linuxCommandLine } from "../../deploy/images/linux/linux-command-line.ts";
import type { LinuxImagePaths } from "../../deploy/images/linux/paths.ts";
import { ApiClient } from "../../services/cli/client/api-client.ts";
import { followSubmission } from "../../services/cli/client/follow-submission.ts";
import { startService } from "../../services/cli/commands/serve-service.ts";
import { guestExits } from "../../workers/vmm/mod.ts";
import { cliProgram } from "../support/cli-program.ts";
import { sendSignal } from "./send-signal.ts";

/**
 * Debian's Linux, from reset to power-off, on each way through the system: a run is a function of
 * its inputs, so all of them must print, count and end the same.
 */
interface Outcome {
  readonly console: string;
  readonly instructions: number | undefined;
  readonly exits: Readonly<Record<string, number>>;
  readonly stateHash: string | undefined;
}

const run = promisify(execFile);
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const script = here("../../assignments/linux-boot/assignment.yaml");

let linux: LinuxImagePaths;
let folder: string;

beforeAll(async () => {
  linux = ensureLinuxImage();
  folder = await mkdtemp(join(tmpdir(), "trapline-linux-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** @param kills ends the worker with SIGKILL when the guest has come so far, each time */
async function throughService(
  runtime: "deno" | "node" | readonly ["node", "deno"],
  kills: readonly number[] = [],
): Promise<Outcome> {
  const service = await startService({
    ...{ runtime, port: 0, onNews: () => undefined },
    workers: [runtime].flat().length,
    variables: {
      ...{ TRAPLINE_LOCK: "2000", TRAPLINE_STALLED: "1000" },
      ...(kills.length > 0 && { TRAPLINE_CHECKPOINT: "50000000" }),
    },
  });
  try {
    const api = new ApiClient(service.apiUrl);
    const form = new FormData();
    form.append("assignment", "linux-boot");
    form.append("kernel", new Blob([Uint8Array.from(await readFile(linux.kernel))]), "Image");
    const { id } = await api.submit(form);
    let console = "";
    let resumed = 0;
    const left = [...kills];
    for await (const event of followSubmission(api, id)) {
      console += event.type === "console" ? event.data.text : "";
      resumed += event.type === "resumed" ? 1 : 0;
      if (event.type !== "console" && event.type !== "progress") continue;
      const runs = (await api.workers()).flatMap(({ name, runs: own }) =>
        own.map(({ instructions }) => ({ name, instructions })),
      );
      const run = runs.find(({ instructions }) => instructions >= (left[0] ?? Infinity));
      if (run === undefined) continue;
      left.shift();
      sendSignal(
        service.workers.find(({ name }) => name === run.name),
        "SIGKILL",
      );
    }
    expect(resumed).toBe(kills.length);
    const { result } = await api.submission(id);
    expect(result?.summary).toBe("Every step succeeded. 12 of 12 points.");
    if (typeof runtime === "string") expect(result?.runtime).toContain(runtime);
    return {
      console,
      instructions: result?.instructions,
      exits: guestExits(result?.exits ?? {}),
      stateHash: result?.stateHash,
    };
  } finally {
    await service.stop();
  }
}

async function throughCommand(runtime: "deno" | "node"): Promise<Outcome> {
  const exits = join(folder, `${runtime}.json`);
  const words = [
    ...(runtime === "deno" ? ["run", "--allow-all", cliProgram] : [cliProgram]),
    ...["qemu", "-machine", "virt", "-m", "256M", "-nographic"],
    ...["-kernel", linux.kernel, "-initrd", linux.initrd, "-append", linuxCommandLine],
    ...["-drive", `file=${linux.disk},if=none,format=raw,id=disk,readonly=on`],
    ...["-device", "virtio-blk-device,drive=disk,bus=virtio-mmio-bus.0"],
    ...["-device", "virtio-rng-device,bus=virtio-mmio-bus.1"],
    ...["--script", script, "--exits", exits, "--hash"],
  ];
  const program = runtime === "deno" ? "deno" : process.execPath;
  const { stdout, stderr } = await run(program, words, { maxBuffer: 2 ** 24 });
  const counted = JSON.parse(await readFile(exits, "utf8")) as Omit<Outcome, "console">;
  return {
    console: stdout,
    instructions: counted.instructions,
    exits: guestExits(counted.exits),
    stateHash: /state hash ([0-9a-f]{64})/.exec(stderr)?.[1],
  };
}

test("Linux prints, exits and ends the same by command and by service, under Node and Deno, and when workers die", async () => {
  const reference = await throughCommand("node");
  expect(reference.console).toContain("Hello from the virtio disk.");
  expect(reference.stateHash).toMatch(/^[0-9a-f]{64}$/);
  expect(await throughCommand("deno")).toEqual(reference);
  expect(await throughService("node")).toEqual(reference);
  expect(await throughService("deno")).toEqual(reference);
  // Two workers die on the way; the next one goes on, under the other runtime or the same.
  expect(await throughService(["node", "deno"], [120e6, 350e6])).toEqual(reference);
});
