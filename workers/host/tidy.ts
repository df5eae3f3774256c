/**
 * Collects what is new of this thread's garbage. Does nothing where the runtime was started without
 * `--expose-gc`.
 */
export function tidy(): void {
  globalThis.gc?.({ type: "minor", execution: "sync" });
}
