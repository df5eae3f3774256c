import type { Redis } from "ioredis";
import type { BlobStore } from "../../shared/blob/blob-store.ts";
import type { CheckpointStore } from "../../shared/blob/checkpoints/checkpoint-store.ts";
import type { Instructions } from "../vmm/mod.ts";
import type { LeftRoots } from "./checkpoint/left-roots.ts";
import type { DebugHub } from "./debug/debug-hub.ts";
import type { LiveGuest } from "./moves/live-guest.ts";
import type { MoveRate } from "./moves/move-rate.ts";
import type { RunTrace } from "./telemetry/run-trace.ts";
import type { WorkerMetrics } from "./telemetry/worker-metrics.ts";
import type { WorkerTemplates } from "./templates/worker-templates.ts";
import type { PcpuPool } from "./thread/pcpu-pool.ts";
import type { WorkerCode } from "./worker-code.ts";
import type { WorkerIdentity } from "./worker-identity.ts";

/** What a worker has for its runs. */
export interface SessionResources {
  readonly redis: Redis;
  readonly blobs: BlobStore;
  readonly identity: WorkerIdentity;
  readonly pool: PcpuPool;
  readonly checkpoints: {
    readonly store: CheckpointStore;
    /** Steps of a machine between two of them; none are made where it is not said. */
    readonly every: Instructions | undefined;
    readonly left: LeftRoots;
  };
  readonly code: WorkerCode;
  /** Not there where runs are not debugged. */
  readonly debuggers?: DebugHub | undefined;
  /** Hears of the guest when it is on a thread. */
  readonly onGuest?: (guest: LiveGuest) => void;
  readonly templates: WorkerTemplates;
  readonly metrics: WorkerMetrics;
  readonly moveRate: MoveRate;
  /** Hears where the run's trace is. */
  readonly onTrace?: (trace: RunTrace) => void;
  /** The guest has come to its end here. */
  readonly onEnded?: () => void;
  /** Hears how far the run is. */
  readonly onProgress?: (run: RunFigures) => void;
}

export interface RunFigures {
  readonly epoch: number;
  readonly instructions: Instructions;
}
