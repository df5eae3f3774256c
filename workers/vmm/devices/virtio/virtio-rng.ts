import type { Bytes } from "../../base/units.ts";
import type { AccessWidth } from "../../bus/device.ts";
import { RandomStream, type RandomStreamState } from "../random-stream.ts";
import { SegmentStream } from "./segment-stream.ts";
import { totalBytes } from "./segments.ts";
import type { VirtioDevice } from "./virtio-device.ts";
import type { Virtqueue } from "./virtqueue.ts";

/** A buffer may be filled in part, which bounds what one notification can cost. */
const bytesPerBuffer: Bytes = 4096;

/**
 * virtio entropy device (virtio 1.2, 5.4): one queue of buffers to fill. Its bytes follow from the
 * seed, so that a run can be repeated.
 */
export class VirtioRng implements VirtioDevice<RandomStreamState> {
  readonly deviceId = 4;
  readonly features = 0;
  readonly queues = 1;
  readonly #seed: number;
  #random: RandomStream;
  #queue: Virtqueue | undefined;

  constructor(resources: { readonly seed: number }) {
    this.#seed = resources.seed;
    this.#random = RandomStream.fromSeed(resources.seed);
  }

  static restore(resources: { readonly seed: number }, state: RandomStreamState): VirtioRng {
    const rng = new VirtioRng(resources);
    rng.#random = RandomStream.restore(state);
    return rng;
  }

  connect([queue]: readonly Virtqueue[]): void {
    this.#queue = queue;
  }

  notify(_queue: number): void {
    const queue = this.#queue;
    queue?.drain((buffer) => {
      const bytes = new Uint8Array(Math.min(totalBytes(buffer.writable), bytesPerBuffer));
      this.#random.fill(bytes);
      new SegmentStream(queue.memory, buffer.writable).write(bytes);
      queue.push(buffer, bytes.length);
    });
  }

  readConfig(_offset: Bytes, _width: AccessWidth): number {
    return 0;
  }

  /** A driver's reset starts the stream anew: a machine that is reset equals one that is new. */
  reset(): void {
    this.#random = RandomStream.fromSeed(this.#seed);
  }

  save(): RandomStreamState {
    return this.#random.save();
  }
}
