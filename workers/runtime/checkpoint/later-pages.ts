import { BlobError } from "../../../shared/blob/blob-error.ts";
import type { CheckpointImage } from "../../../shared/blob/checkpoints/checkpoint-image.ts";
import type { PageSupply } from "../run-guest.ts";
import type { SomePages } from "../thread/thread-protocol.ts";
import { readPages } from "./read-saved-run.ts";

const pagesAtOnce = 256;

/**
 * The pages of a checkpoint that its machine begins without, out of the store: one after the other, and
 * any that cannot be waited for.
 *
 * They stay in the store for as long as a root leads to the checkpoint, or to one that builds upon it: a
 * page that is not here yet was not written, so each later checkpoint names the same one.
 */
export class LaterPages implements PageSupply {
  readonly #image: CheckpointImage;
  readonly #pages: Uint32Array;
  readonly #onFailure: (error: unknown) => void;
  #isGone = false;

  /** @param pages in the order in which they are wanted @param onFailure some cannot be had */
  constructor(image: CheckpointImage, pages: Uint32Array, onFailure: (error: unknown) => void) {
    this.#image = image;
    this.#pages = pages;
    this.#onFailure = onFailure;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  async *rest(): AsyncGenerator<SomePages | undefined> {
    try {
      for (let at = 0; at < this.#pages.length; at += pagesAtOnce) {
        yield await readPages(this.#image, this.#pages.subarray(at, at + pagesAtOnce));
      }
    } catch (error) {
      this.#fail(error);
      yield undefined;
    }
  }

  async page(page: number): Promise<Uint8Array | undefined> {
    try {
      return await this.#image.readPage(page);
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  #fail(error: unknown): void {
    this.#isGone ||= error instanceof BlobError;
    this.#onFailure(error);
  }
}
