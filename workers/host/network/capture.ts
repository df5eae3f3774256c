import { closeSync, openSync, writeSync } from "node:fs";
import type { Nanoseconds, NetBackend } from "../../vmm/mod.ts";

const magic = 0xa1b2_c3d4;
const ethernet = 1;
const version = [2, 4] as const;

/** A capture file (pcap, microseconds) of the frames on a cable, both ways. */
export interface Capture {
  /** Put between a card and its network. */
  tap(network: NetBackend): NetBackend;
  close(): void;
}

/**
 * Opens a capture file for Wireshark and tcpdump. Its times are guest time since power-on.
 *
 * @param mostBytes of each frame; longer ones are cut
 * @throws what the system says, as a Node error with a `code`
 */
export function openCapture(path: string, mostBytes: number): Capture {
  const file = openSync(path, "w");
  const header = new DataView(new ArrayBuffer(24));
  header.setUint32(0, magic);
  header.setUint16(4, version[0]);
  header.setUint16(6, version[1]);
  header.setUint32(16, mostBytes);
  header.setUint32(20, ethernet);
  writeSync(file, new Uint8Array(header.buffer));
  /** A frame that comes from the host has no guest time of its own: that of the last one. */
  let latest: Nanoseconds = 0;
  const record = (frame: Uint8Array, at: Nanoseconds) => {
    latest = Math.max(latest, at);
    const kept = frame.subarray(0, mostBytes);
    const packet = new Uint8Array(16 + kept.length);
    const view = new DataView(packet.buffer);
    view.setUint32(0, Math.floor(latest / 1e9));
    view.setUint32(4, Math.floor((latest % 1e9) / 1000));
    view.setUint32(8, kept.length);
    view.setUint32(12, frame.length);
    packet.set(kept, 16);
    writeSync(file, packet);
  };
  return {
    tap: (network) => ({
      attach: (receive) => {
        // A machine that restarts begins at 0 again.
        latest = 0;
        network.attach((frame, at) => {
          record(frame, at);
          receive(frame, at);
        });
      },
      send: (frame, now) => {
        record(frame, now);
        network.send(frame, now);
      },
    }),
    close: () => closeSync(file),
  };
}
