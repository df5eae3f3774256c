/**
 * A connection between the two sides of a migration, authenticated by whoever made it. It carries
 * frames whole, in order, and each once, or it is cut; the frames see to it that nobody has to trust
 * it in that.
 *
 *     if (channel.room > 0) channel.send(frame);
 *     for (let frame = channel.receive(); frame; frame = channel.receive()) …
 *
 * Nothing here waits. Who has nothing to do until something changes sets `onChange`.
 */
import type { Bytes } from "../base/units.ts";

export interface MigrationChannel {
  /**
   * `closed`: one side has closed it, and all that was sent before is received. `cut`: it ended
   * otherwise, and frames may be lost.
   */
  readonly state: "open" | "closed" | "cut";
  /** How much it takes at the moment; one frame may go beyond. 0 as soon as it is not open. */
  readonly room: Bytes;
  /**
   * The frame is the channel's from now on. Dropped where the channel is not open.
   *
   * @throws RangeError where there is no room: the caller has not looked
   */
  send(frame: Uint8Array): void;
  /** The next frame, if it is here. */
  receive(): Uint8Array | undefined;
  /** Sends nothing more; what was sent arrives. */
  close(): void;
  /** Ends it at once, for both sides. */
  cut(): void;
  /** Called when there may be more room, a frame, or another state; never from within a call. */
  onChange: (() => void) | undefined;
}
