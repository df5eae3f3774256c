import type { ExitDurations } from "./exit-durations.ts";

/** Who speaks: what all of a process' telemetry says of it. */
export interface TelemetryIdentity {
  /** `service.name`, where `OTEL_SERVICE_NAME` says no other. */
  readonly service: string;
  /** `service.instance.id`. */
  readonly instance: string;
  readonly version: string;
  /** Further attributes of the process. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** The telemetry of a process. */
export interface Telemetry {
  /** Whether spans are sent. */
  readonly hasTraces: boolean;
  /** Spans and metric points that were dropped so far. */
  readonly dropped: number;
  /**
   * Sends what is left, for as long as `flushMilliseconds` at the most.
   *
   * @returns false where not all could be sent in time: connections may still be open then
   */
  stop(): Promise<boolean>;
}

export interface TelemetryOptions {
  readonly identity: TelemetryIdentity;
  /** One environment variable, by its name. */
  readonly read: (name: string) => string | undefined;
  /** What `vm.exit.duration` and `vm.exit.part.duration` show. */
  readonly durations?: ExitDurations;
  /** A sentence for the log. */
  readonly tell: (sentence: string) => void;
}
