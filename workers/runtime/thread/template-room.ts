/**
 * Which threads have which templates, and what of the machine memory was promised for them. A thread has
 * a few at most; where there is no room for one more, or for a run, those go that were not used for
 * the longest time. One that a run of the thread may still be made of stays.
 */
import type { MemoryNeed } from "../../vmm/keeper.ts";
import type { PooledThread } from "./pooled-thread.ts";
import type { Room } from "./room.ts";
import type { TemplateKey } from "./thread-protocol.ts";

interface Kept {
  readonly thread: PooledThread;
  readonly key: TemplateKey;
  need: MemoryNeed;
  /** Runs of the thread that have it. */
  runs: number;
  /** In the order of uses. */
  usedAt: number;
  isLeaving: boolean;
  /** Frames that it has with other threads. */
  shared?: SharedFrames;
}

/** They were promised once for all who have them. */
interface SharedFrames {
  readonly frames: number;
  holders: number;
}

export class TemplateRoom {
  readonly #room: Room;
  /** Templates of one thread. */
  readonly #most: number;
  #kept: Kept[] = [];
  #uses = 0;

  constructor(room: Room, most: number) {
    this.#room = room;
    this.#most = most;
  }

  has(thread: PooledThread, key: TemplateKey): boolean {
    return this.#find(thread, key) !== undefined;
  }

  /**
   * A run of the thread is to be a clone of a template.
   *
   * @param need of the template, where the thread has to make it
   * @returns `later` where others go first, `never` where there is no room and will be none
   */
  begin(thread: PooledThread, key: TemplateKey, need: MemoryNeed): "now" | "later" | "never" {
    let kept = this.#find(thread, key);
    if (kept?.isLeaving) return "later";
    if (!kept) {
      const own = this.#kept.filter((one) => one.thread === thread);
      if (own.length >= this.#most) return this.#leave(own) ? "later" : "never";
      if (!this.#room.take(need)) return this.makeRoom(key) ? "later" : "never";
      kept = { thread, key, need, runs: 0, usedAt: 0, isLeaving: false };
      this.#kept.push(kept);
    }
    kept.runs += 1;
    kept.usedAt = ++this.#uses;
    return "now";
  }

  /** A run that had part in a template is over. */
  end(thread: PooledThread, key: TemplateKey): void {
    const kept = this.#find(thread, key);
    if (kept) kept.runs -= 1;
  }

  /** The thread has it, and needs no more than this for it. */
  shrink(thread: PooledThread, key: TemplateKey, frames: number): void {
    const kept = this.#find(thread, key);
    if (!kept || frames >= kept.need.frames) return;
    this.#room.giveBack({ frames: kept.need.frames - frames, heap: 0, codePages: 0 });
    kept.need = { ...kept.need, frames };
  }

  /** The thread has it, with the frames that another one has. @param frames so many */
  share(thread: PooledThread, key: TemplateKey, frames: number, lender: PooledThread): void {
    const [kept, lent] = [this.#find(thread, key), this.#find(lender, key)];
    // Where the other one has given it up meanwhile, they are this one's alone.
    if (!kept || !lent) {
      this.shrink(thread, key, frames);
      return;
    }
    if (!lent.shared) {
      lent.shared = { frames: lent.need.frames, holders: 1 };
      lent.need = { ...lent.need, frames: 0 };
    }
    lent.shared.holders += 1;
    kept.shared = lent.shared;
    this.#room.giveBack({ frames: kept.need.frames, heap: 0, codePages: 0 });
    kept.need = { ...kept.need, frames: 0 };
  }

  /** Threads other than this one that may have it. */
  lenders(thread: PooledThread, key: TemplateKey): PooledThread[] {
    const others = this.#kept.filter((one) => one.key === key && one.thread !== thread);
    return others.filter(({ isLeaving }) => !isLeaving).map((one) => one.thread);
  }

  /**
   * Lets one go that nobody uses.
   *
   * @param wanted rather not this one
   * @returns whether one goes, now or already: there will be room
   */
  makeRoom(wanted?: TemplateKey): boolean {
    const others = this.#kept.filter(({ key }) => key !== wanted);
    return this.#leave(others) || this.#leave(this.#kept);
  }

  /** The thread has given it up. */
  forgotten(thread: PooledThread, key: TemplateKey): void {
    const kept = this.#find(thread, key);
    if (kept) this.#giveBack([kept]);
  }

  /** The thread has ended, and all that it had is free. */
  ended(thread: PooledThread): void {
    this.#giveBack(this.#kept.filter((one) => one.thread === thread));
  }

  #leave(candidates: readonly Kept[]): boolean {
    if (candidates.some(({ isLeaving }) => isLeaving)) return true;
    const idle = candidates.filter(({ runs }) => runs === 0);
    const [oldest] = idle.toSorted((a, b) => a.usedAt - b.usedAt);
    if (!oldest) return false;
    oldest.isLeaving = true;
    oldest.thread.post({ type: "forget", key: oldest.key });
    return true;
  }

  #giveBack(gone: readonly Kept[]): void {
    for (const { need, shared } of gone) {
      this.#room.giveBack(need);
      if (!shared) continue;
      shared.holders -= 1;
      const { frames } = shared;
      if (shared.holders === 0) this.#room.giveBack({ frames, heap: 0, codePages: 0 });
    }
    this.#kept = this.#kept.filter((one) => !gone.includes(one));
  }

  #find(thread: PooledThread, key: TemplateKey): Kept | undefined {
    return this.#kept.find((one) => one.thread === thread && one.key === key);
  }
}
