/**
 * Where the content of absent pages comes from when a device needs it. The guest itself waits before
 * the instruction, outside of `run`; a device is in the middle of its work, so this one must have the
 * answer at once, however long the host waits for it: no guest can tell.
 */
export interface PageSource {
  fetch(page: number): Uint8Array;
}
