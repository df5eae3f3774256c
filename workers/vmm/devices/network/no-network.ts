import type { NetBackend } from "./net-backend.ts";

/** A cable that leads nowhere: frames vanish and none ever comes. */
export class NoNetwork implements NetBackend {
  attach(): void {}

  send(): void {}
}
