import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { ensureLinuxImage } from "../../deploy/images/linux/ensure-linux-image.ts";
import type { RunReport } from "./main.ts";

/**
 * Time is retired instructions: the same guest leaves the same console text, exit counts and state
 * hash under every runtime, in slices of every size.
 */
const main = fileURLToPath(new URL("./main.ts", import.meta.url));
const runtimes = {
  Node: { command: ["node"], slice: 20_000_000 },
  Deno: { command: ["deno", "run", "--no-prompt", "--allow-read"], slice: 7_654_321 },
} as const;

/** The reports of a runtime by guest. */
async function reports(
  { command: [program, ...options], slice }: (typeof runtimes)[keyof typeof runtimes],
  guests: readonly string[],
): Promise<Map<string, RunReport>> {
  const words = [...options, main, String(slice), ...guests];
  const { stdout } = await promisify(execFile)(program, words, { maxBuffer: 2 ** 26 });
  const all = stdout
    .trim()
    .split("\n")
    .map((line): RunReport => JSON.parse(line));
  return new Map(all.map((report) => [report.guest, report]));
}

const own = ["hello", "traps", "timer", "paging", "virtio-blk", "bench-syscall", "bench-float"];

describe("our own guests", () => {
  let underNode: Map<string, RunReport>;
  let underDeno: Map<string, RunReport>;
  beforeAll(async () => {
    underNode = await reports(runtimes.Node, own);
    underDeno = await reports(runtimes.Deno, own);
  });

  test.each(own)("%s leaves the same behind under Node and Deno", (guest) => {
    const report = underNode.get(guest);
    expect(report?.ending).toEqual({ kind: "power-off", code: 0 });
    expect(underDeno.get(guest)).toEqual(report);
  });
});

test("Debian's Linux boots, reads its disk and powers off, the same under Node and Deno", async () => {
  ensureLinuxImage();
  const underNode = (await reports(runtimes.Node, ["linux"])).get("linux");
  const underDeno = (await reports(runtimes.Deno, ["linux"])).get("linux");
  expect(underNode?.ending).toEqual({ kind: "power-off", code: 0 });
  expect(underNode?.console).toContain("Hello from the virtio disk.");
  expect(underNode?.console).toContain("reboot: Power down");
  expect(underNode?.steps).toEqual(
    underNode?.steps.map(() => expect.objectContaining({ state: "passed" })),
  );
  expect(underDeno).toEqual(underNode);
});
