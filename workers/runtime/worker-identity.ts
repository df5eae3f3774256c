/** Who runs a job, as results and events show it. */
export interface WorkerIdentity {
  readonly name: string;
  /** The JavaScript runtime and its version, for example `deno 2.9.6`. */
  readonly runtime: string;
}
