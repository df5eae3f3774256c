/**
 * The checkpoints of one run in the store, for the worker that has the run: taken over for its epoch,
 * written, and removed when the run is over.
 *
 *     const checkpoints = new RunCheckpoints(store, { name: submission, epoch });
 *     const saved = await checkpoints.takeOver();       // of an earlier epoch; undefined: from the start
 *     await checkpoints.publish(checkpoint);
 *     await checkpoints.remove();
 *
 * A store that fails costs a checkpoint, never the run. `BlobError` `stale` is the exception: the run
 * is another worker's, and this one has to stop.
 */

import { BlobError } from "../../../shared/blob/blob-error.ts";
import type { CheckpointImage } from "../../../shared/blob/checkpoints/checkpoint-image.ts";
import type { CheckpointStore, Claim } from "../../../shared/blob/checkpoints/checkpoint-store.ts";
import type { CheckpointWriter } from "../../../shared/blob/checkpoints/checkpoint-writer.ts";
import { log } from "../../../shared/telemetry/log.ts";
import type { PageSupply, ReadableCheckpoint } from "../run-guest.ts";
import { type DriverState, decodeDriverState } from "../thread/driver-state.ts";
import type { SavedRun, TemplateKey } from "../thread/thread-protocol.ts";
import { LaterPages } from "./later-pages.ts";
import { readSavedRun } from "./read-saved-run.ts";
import { RunOver } from "./run-over.ts";
import { toContent } from "./to-content.ts";

/** A run of an earlier epoch, to be gone on with. */
export interface TakenOver {
  readonly run: SavedRun;
  readonly driver: DriverState;
  /** The pages that `run` leaves out. */
  readonly later: PageSupply;
}

interface CheckpointsOthers {
  /** Asks Redis, where the store says that the run is another worker's, or over. */
  isOurs?(): Promise<boolean>;
  /** The run is over, and the store does not let its root be given up now. */
  onLeft?(name: string, epoch: number): void;
}

export class RunCheckpoints {
  readonly #store: CheckpointStore;
  readonly #claim: Claim;
  #writer: CheckpointWriter | undefined;
  /** The checkpoint that was gone on from where the store let itself be read, not claimed. */
  #readOnly: string | undefined;
  /** Whether there is a checkpoint of the run that the next one says the changes to. */
  #isBuiltUpon = false;
  readonly #others: CheckpointsOthers;
  #isGivenUp = false;

  constructor(store: CheckpointStore, claim: Claim, others: CheckpointsOthers = {}) {
    this.#store = store;
    this.#claim = claim;
    this.#others = others;
  }

  /**
   * Takes over what an earlier epoch left, which from now on can write nothing. In a store that is full
   * it is only read: the run goes on from it all the same, and is claimed with its next checkpoint.
   *
   * @returns undefined where there is nothing, or it is lost or damaged: the run begins again
   * @throws BlobError `stale`
   */
  async takeOver(): Promise<TakenOver | undefined> {
    try {
      const { writer, image } = await this.#store.claim(this.#claim);
      this.#writer = writer;
      this.#isBuiltUpon = image !== undefined;
      return image && (await readRun(image));
    } catch (error) {
      if (isStale(error)) {
        await this.#giveUp(error);
        return undefined;
      }
      const readable = error instanceof BlobError ? undefined : await this.#readUnclaimed();
      if (readable !== undefined) return readable;
      log.error(`${this.#claim.name}: its checkpoint cannot be used: ${text(error)}`);
      await this.startAgain();
      return undefined;
    }
  }

  async #readUnclaimed(): Promise<TakenOver | undefined> {
    try {
      const image = await this.#store.open("run", this.#claim.name);
      const taken = image && (await readRun(image));
      this.#readOnly = image?.name;
      this.#isBuiltUpon = image !== undefined;
      return taken;
    } catch {
      return undefined;
    }
  }

  /** What is published next builds upon what was read, so that has to be what is there. */
  async #claimLate(): Promise<CheckpointWriter> {
    if (this.#readOnly === undefined) return this.#store.claimAnew(this.#claim);
    const { writer, image } = await this.#store.claim(this.#claim);
    if (image?.name !== this.#readOnly) throw new Error("an earlier worker has saved it since");
    return writer;
  }

  /**
   * From now on no earlier epoch can write; what it left counts until this one writes.
   *
   * @throws BlobError `stale`
   */
  async fence(): Promise<void> {
    try {
      this.#writer = (await this.#store.claim(this.#claim)).writer;
    } catch (error) {
      if (isStale(error)) return this.#giveUp(error);
      log.error(`${this.#claim.name}: its checkpoints are not taken over: ${text(error)}`);
    }
  }

  /** What there is counts no more. @throws BlobError `stale` */
  async startAgain(): Promise<void> {
    this.#readOnly = undefined;
    this.#isBuiltUpon = false;
    if (this.#isGivenUp) return;
    this.#writer = await this.#store.claimAnew(this.#claim).catch(async (error: unknown) => {
      if (isStale(error)) await this.#giveUp(error);
      return undefined;
    });
  }

  /**
   * Redis may have come back from an older file: then it has the run under way that the store knows to be
   * over, or in a later epoch. It is Redis that says whose a run is, so it runs, without checkpoints.
   *
   * @throws the error where Redis says what the store says
   */
  async #giveUp(error: unknown): Promise<void> {
    if (!(await this.#others.isOurs?.())) throw error;
    log.error(`${this.#claim.name}: no checkpoints, for Redis has lost what the store knows`);
    this.#isGivenUp = true;
    this.#writer = undefined;
  }

  /**
   * @param template what the run is a clone of: its first checkpoint may build upon it
   * @returns whether it is kept
   * @throws BlobError `stale`
   */
  async publish(checkpoint: ReadableCheckpoint, template?: TemplateKey): Promise<boolean> {
    if (this.#isGivenUp) return false;
    try {
      const isFirstOfClone = !checkpoint.isWhole && template !== undefined && !this.#isBuiltUpon;
      if (isFirstOfClone) this.#writer = await this.#store.claimAnew(this.#claim);
      else this.#writer ??= await this.#claimLate();
      if (isFirstOfClone) this.#writer = (await this.#store.claim(this.#claim, template)).writer;
      await this.#writer.publish(toContent(checkpoint));
      this.#isBuiltUpon = true;
      return true;
    } catch (error) {
      if (isStale(error)) await this.#giveUp(error);
      else if (!(error instanceof RunOver)) {
        log.error(`${this.#claim.name}: no checkpoint: ${text(error)}`);
      }
      return false;
    }
  }

  /** The run is over. Also where another one has it: then nothing is removed. */
  async remove(): Promise<void> {
    const { name, epoch } = this.#claim;
    // One of an earlier epoch may have left a root that this one could not claim.
    const isRooted = this.#writer !== undefined || epoch > 1;
    if (!isRooted || this.#isGivenUp) return;
    await this.#store.remove("run", name, epoch).catch((error: unknown) => {
      if (isStale(error)) return;
      log.error(`${name}: its checkpoints are not given up yet: ${text(error)}`);
      this.#others.onLeft?.(name, epoch);
    });
  }
}

async function readRun(image: CheckpointImage): Promise<TakenOver> {
  const run = await readSavedRun(image);
  const tell = (error: unknown) => log.error(`pages of a checkpoint do not come: ${text(error)}`);
  const later = new LaterPages(image, run.absent, tell);
  return { run, driver: decodeDriverState(run.sections), later };
}

function isStale(error: unknown): boolean {
  return error instanceof BlobError && error.code === "stale";
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
