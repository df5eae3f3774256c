import type { Redis } from "ioredis";
import { hostAndPort } from "../../../shared/schema/host-and-port.ts";
import { log } from "../../../shared/telemetry/log.ts";
import type { WorkerConfig } from "../config.ts";
import { listenForRuns } from "../migration/migration-listener.ts";
import type { WorkerCertificate } from "../migration/worker-certificate.ts";
import type { WorkerDoor, WorkerDoors } from "../migration/worker-doors.ts";
import type { Arrivals } from "./arrivals.ts";

export interface DoorParts {
  readonly redis: Pick<Redis, "stream">;
  readonly certificate: WorkerCertificate;
  readonly doors: Pick<WorkerDoors, "workerOf">;
  readonly arrivals: Pick<Arrivals, "receive">;
}

const anyAddresses = new Set(["0.0.0.0", "::"]);

/** Listens for runs of other workers, where that was asked for. */
export async function openDoor(
  { TRAPLINE_MIGRATION: address, TRAPLINE_MIGRATION_HOST: known }: WorkerConfig,
  { redis, certificate, doors, arrivals }: DoorParts,
): Promise<{ place: WorkerDoor; close(): void } | undefined> {
  if (address === undefined || address === "") return undefined;
  const asked = hostAndPort(address);
  const { host } = asked;
  try {
    const { port, close } = await listenForRuns({
      ...{ ...asked, certificate },
      workerOf: (fingerprint) => doors.workerOf(fingerprint),
      onOpening: (opening, channel) => arrivals.receive(opening, channel),
    });
    // Who listens at every address has that one among them.
    const reached = anyAddresses.has(host) ? redis.stream.localAddress : host;
    const place = { host: known ?? reached ?? host, port, certificate: certificate.certificate };
    return { place, close };
  } catch (error) {
    // It can do without: runs move by checkpoints.
    const message = error instanceof Error ? error.message : String(error);
    log.error(`migration: no runs can come in at ${address}: ${message}`);
    return undefined;
  }
}
