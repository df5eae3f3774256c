import type { Nanoseconds } from "../../base/units.ts";

/** Takes a frame that reaches a network card at a moment of that card's own guest time. */
export type FrameReceiver = (frame: Uint8Array, at: Nanoseconds) => void;

/**
 * What the cable of a network card leads to. Frames are Ethernet frames without checksum.
 *
 * Everything that the far end does is told through times: a back end may call the receiver at once
 * with a moment in the future, and the card keeps the frame until then. It never waits itself.
 */
export interface NetBackend {
  /** Plugs in the card. Called once, before any `send`. */
  attach(receive: FrameReceiver): void;
  /** A frame leaves the card at guest time `now`. The array belongs to the back end from now on. */
  send(frame: Uint8Array, now: Nanoseconds): void;
}
