/**
 * A Linux that works (compresses, starts two hundred processes, writes to its disk) is moved ten times
 * between two workers on Node and two on Deno, and goes through a checkpoint five times, at instants
 * that a seed has drawn: its state, exits, console and disk are those of the run that stayed.
 *
 * It takes minutes and is run by `npm run identity`, not with all tests; what it shows is shown there by
 * `live-migration.test.ts`, for a smaller guest.
 */
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureLinuxImage } from "../../deploy/images/linux/ensure-linux-image.ts";
import { linuxCommandLine } from "../../deploy/images/linux/linux-command-line.ts";
import { ApiClient } from "../../services/cli/client/api-client.ts";
import { followSubmission } from "../../services/cli/client/follow-submission.ts";
import { runCommandLine } from "../../services/cli/command-line.ts";
import { startService } from "../../services/cli/commands/serve-service.ts";
import type { RunEvent } from "../../shared/protocol/run-event.ts";
import { type RunOutcome, runOutcome } from "./run-outcome.ts";

const isAsked = process.env.TRAPLINE_IDENTITY !== undefined;
const seed = Number(process.env.TRAPLINE_IDENTITY || 1);

const commands = [
  "mount -t ext2 /dev/vda /mnt; k=0",
  "while [ $k -lt 16 ]; do k=$((k+1)); gzip -c /bin/busybox > /tmp/packed; md5sum /tmp/packed; " +
    "i=0; while [ $i -lt 13 ]; do (echo $k $i >> /mnt/count); i=$((i+1)); done; md5sum /mnt/count; " +
    "head -c 400000 /tmp/packed > /mnt/part; gzip -dc /tmp/packed | md5sum; sync; done",
  "umount /mnt; md5sum /dev/vda",
];
/** Sums that it prints. */
const sums = 16 * 3 + 1;

const assignment = (harts: number) => `name: identity-${harts}
title: Works on ${harts} harts
artefacts:
  - { name: kernel, description: a kernel, max-bytes: 64M }
machine:
  ram: 256M
  harts: ${harts}
  firmware: sbi
  kernel: { submission: kernel }
  initrd: { image: linux }
  command-line: ${linuxCommandLine}
  disks:
    - { name: disk, slot: 0, source: { file: disk } }
limits: { instructions: 60G, output: 1M, wall-clock: 30m }
steps:
  - { expect: "^~ # ", within: 5G }
${commands.map((line) => `  - { send: "${line}\\n" }\n  - { expect: "^~ # ", within: 20G }\n`).join("")}\
  - { send: "poweroff -f\\n" }
  - { name: Works, exit-code: 0, within: 2G, points: 1 }
`;

type Way = "--post-copy" | "--hybrid" | "--checkpoint" | undefined;

interface Move {
  readonly behind: number;
  readonly way: Way;
  readonly to: number;
}

/** Ten moves while it runs and five by a checkpoint, each so many instructions behind the last one. */
function drawMoves(): readonly Move[] {
  const one = fc.record({
    behind: fc.integer({ min: 0, max: 400_000_000 }),
    way: fc.constantFrom<Way>(undefined, "--post-copy", "--hybrid"),
    to: fc.nat(2),
  });
  const order = fc.shuffledSubarray([...Array(15).keys()], { minLength: 15 });
  const all = fc.tuple(fc.array(one, { minLength: 15, maxLength: 15 }), order);
  const [sample] = fc.sample(all, { numRuns: 1, seed });
  const [drawn, places] = sample as [Move[], number[]];
  return places.map((place) => {
    const move = drawn[place] as Move;
    return place < 10 ? move : { ...move, way: "--checkpoint" };
  });
}

describe.skipIf(!isAsked)("a Linux that works", () => {
  let folder: string;
  const { kernel, disk } = ensureLinuxImage();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "trapline-identity-"));
    for (const harts of [1, 2]) {
      const place = join(folder, "assignments", `identity-${harts}`);
      await mkdir(place, { recursive: true });
      await writeFile(join(place, "assignment.yaml"), assignment(harts));
      await copyFile(disk, join(place, "disk"));
    }
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function grade(
    harts: number,
    runtimes: readonly ("node" | "deno")[],
    moves: readonly Move[] = [],
  ): Promise<RunOutcome & { came: readonly RunEvent[] }> {
    const service = await startService({
      ...{ runtime: runtimes, workers: runtimes.length, port: 0, onNews: () => undefined },
      assignments: join(folder, "assignments"),
      variables: { TRAPLINE_CHECKPOINT: "1000000000", TRAPLINE_GRACE: "20000" },
    });
    try {
      const api = new ApiClient(service.apiUrl);
      const form = new FormData();
      form.append("assignment", `identity-${harts}`);
      form.append("kernel", new Blob([Uint8Array.from(await readFile(kernel))]), "Image");
      const { id } = await api.submit(form);
      const told = (async () => {
        const events: RunEvent[] = [];
        for await (const event of followSubmission(api, id)) {
          if (event.type !== "queue") events.push(event);
        }
        return events;
      })();
      let last = 0;
      for (const move of moves) {
        let here: string | undefined;
        for (;;) {
          const submission = await api.submission(id);
          if (submission.finishedAt !== undefined) throw new Error(JSON.stringify(submission));
          const workers = await api.workers();
          here = workers.find(({ runs }) => runs.some(({ run }) => run === id))?.name;
          const { instructions = 0 } = submission.progress ?? {};
          if (here !== undefined && instructions >= last + move.behind) break;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        const others = service.workers.map(({ name }) => name).filter((name) => name !== here);
        const to = others[move.to] as string;
        const words = ["migrate", id, "--to", to, ...(move.way ? [move.way] : [])];
        const print = (text: string) => void process.stdout.write(text);
        const terminal = { out: print, err: print };
        const status = await runCommandLine([...words, "--api", service.apiUrl], terminal);
        expect(status, words.join(" ")).toBe(0);
        last = (await api.submission(id)).progress?.instructions ?? 0;
      }
      for (;;) {
        const submission = await api.submission(id);
        if (submission.finishedAt !== undefined) {
          const events = await told;
          const came = events.filter(({ type }) => type === "migrated" || type === "resumed");
          return { ...runOutcome(submission, events), came };
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    } finally {
      await service.stop();
    }
  }

  test.each([1, 2])(
    "on %i harts ends as the one that stayed, moved fifteen times",
    async (harts) => {
      const { came: none, ...stayed } = await grade(harts, ["node"]);
      expect(stayed).toMatchObject({ state: "graded", score: 1 });
      expect(none).toEqual([]);
      expect(stayed.console.match(/[0-9a-f]{32} {2}/g)?.length).toBe(sums);
      const { came, ...moved } = await grade(harts, ["node", "deno", "node", "deno"], drawMoves());
      expect(moved).toEqual(stayed);
      const kinds = came.map(({ type }) => type);
      expect(kinds.filter((type) => type === "migrated").length).toBe(10);
      expect(kinds.filter((type) => type === "resumed").length).toBe(5);
    },
    1_800_000,
  );
});
