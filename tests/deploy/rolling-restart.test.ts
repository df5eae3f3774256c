/** All workers of the single-node overlay are replaced, one by one, while they have work. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { followSubmission } from "../../services/cli/client/follow-submission.ts";
import type { RunEvent } from "../../shared/protocol/run-event.ts";
import { runOutcome } from "../integration/run-outcome.ts";
import { workingGuest } from "../integration/working-guest.ts";
import { networkNamespace, type PodNetwork, startPodNetwork } from "../support/pod-network.ts";
import { builtOverlay } from "./built-overlay.ts";
import type { ClusterObject } from "./cluster-object.ts";
import { debianTools } from "./debian-tools.ts";
import { podOf } from "./pods.ts";
import type { Rehearsed } from "./rehearsal.ts";
import { type RehearsedService, startRehearsedService } from "./rehearsed-service.ts";

const tools = debianTools();
const guest = workingGuest(80);
/** Submissions at a time while workers are replaced: one more than there are workers, so one waits. */
const open = 3;

interface Watched {
  readonly id: string;
  readonly events: RunEvent[];
  /** Milliseconds for which the longest silence lasted between two words of the guest. */
  silence: number;
  readonly ended: Promise<void>;
}

/**
 * Asks again where the connection is gone: hooks hold this process up, and what was kept open meanwhile
 * the API has closed.
 */
async function answered<Value>(ask: () => Promise<Value>): Promise<Value> {
  for (let tries = 0; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (tries === 5) throw error;
      await sleep(50);
    }
  }
}

describe.runIf(typeof tools !== "string")("a rolling restart", () => {
  let objects: ClusterObject[];
  let network: PodNetwork | undefined;
  let service: RehearsedService;
  let workers = 0;

  beforeAll(async () => {
    if (typeof tools === "string") throw new Error(tools);
    objects = builtOverlay(tools.kustomize, "single-node");
    network = networkNamespace && (await startPodNetwork());
    service = await startRehearsedService(objects, {}, {}, network);
  });

  afterAll(async () => {
    await service?.stop();
    await network?.stop();
  });

  /** As the deployment starts one: with the manifest's command, in a pod of its own, until it is ready. */
  const startWorker = async (): Promise<Rehearsed & { readonly name: string }> => {
    const name = `worker-${workers++}`;
    const place = await network?.pod();
    const worker = await service.rehearsal.start("worker", {
      image: "worker-deno",
      ready: /"worker (\S+) ready/,
      changed: { TRAPLINE_WORKER: name },
      ...(place && { place }),
    });
    const { readinessProbe } = podOf(objects, "worker").container;
    while (worker.exec(readinessProbe?.exec?.command) !== 0) await sleep(100);
    return { ...worker, name };
  };

  /** As the kubelet ends one. */
  const endWorker = async (worker: Rehearsed): Promise<void> => {
    const { lifecycle } = podOf(objects, "worker").container;
    expect(worker.exec(lifecycle?.preStop?.exec?.command)).toBe(0);
    expect(await worker.process.ended).toBe("status 0");
  };

  const watch = async (): Promise<Watched> => {
    const id = await answered(() => service.submit("work", guest));
    const events: RunEvent[] = [];
    const follow = async () => {
      let spoken: number | undefined;
      for await (const event of followSubmission(service.client, id)) {
        if (event.type === "queue") continue;
        events.push(event);
        if (event.type !== "console") continue;
        const now = performance.now();
        watched.silence = Math.max(watched.silence, now - (spoken ?? now));
        spoken = now;
      }
    };
    const watched: Watched = { id, events, silence: 0, ended: Promise.resolve() };
    return Object.assign(watched, { ended: follow() });
  };

  test("replaces every worker under load: runs move while they run, and none is interrupted", async () => {
    const former = [await startWorker(), await startWorker()];
    const watched: Watched[] = [];
    let isRolling = true;
    const load = async () => {
      const own: Watched[] = [];
      while (isRolling || own.length === 0) {
        own.push(await watch());
        await own.at(-1)?.ended;
      }
      watched.push(...own);
    };
    const loads = Array.from({ length: open }, load);
    /** With a run that has only begun, so that there is something to move. */
    const isBusy = async (name: string) =>
      (await answered(() => service.client.workers()))
        .filter((one) => one.name === name)
        .some(({ runs }) => runs.some(({ instructions }) => instructions < 500e6));
    for (const worker of former) {
      await startWorker();
      while (!(await isBusy(worker.name))) await sleep(20);
      await endWorker(worker);
    }
    isRolling = false;
    await Promise.all(loads);

    const alone = await watch();
    await alone.ended;
    const outcome = async ({ id, events }: Watched) =>
      runOutcome(await answered(() => service.client.submission(id)), events);
    const reference = await outcome(alone);
    expect(reference).toMatchObject({ state: "graded", score: 5, ends: 1 });
    const moved = watched.filter(({ events }) => events.some(({ type }) => type === "migrated"));
    const reports: string[] = [];
    for (const one of watched) {
      expect(await outcome(one)).toEqual(reference);
      const types = one.events.map(({ type }) => type);
      expect(types).not.toContain("interrupted");
      expect(types).not.toContain("resumed");
      const { figures, way } = (await answered(() => service.client.lastMove(one.id))) ?? {};
      if (figures?.downtime === undefined) continue;
      reports.push(
        `  ${way}, ${figures.rounds} rounds, ${(figures.sentBytes / 2 ** 20).toFixed(1)} MiB in ` +
          `${figures.total.toFixed(0)} ms, stopped for ${figures.downtime.toFixed(0)} ms, ` +
          `at least ${(100 * figures.share).toFixed(0)} % of its instructions`,
      );
    }
    expect(moved.length).toBeGreaterThan(0);
    const names = new Set((await answered(() => service.client.workers())).map(({ name }) => name));
    expect(names).toEqual(new Set(["worker-2", "worker-3"]));
    const milliseconds = (values: readonly number[]) =>
      values.map((value) => value.toFixed(0)).join(", ");
    console.log(
      `a rolling restart of ${former.length} workers, ${network ? "each in a network namespace of its own" : "on one loopback: no namespaces here"}\n` +
        `${watched.length} submissions, ${moved.length} moved while they ran:\n${reports.join("\n")}\n` +
        `longest silence of a console: ${milliseconds(watched.map(({ silence }) => silence))} ms, ` +
        `left alone ${milliseconds([alone.silence])} ms`,
    );
  });

  test("is rehearsed in network namespaces wherever the host allows them", () => {
    expect(network !== undefined).toBe(networkNamespace !== undefined);
    const addresses = service.rehearsal.addresses;
    expect(new Set(addresses).size).toBe(network === undefined ? 1 : addresses.length);
  });
});
