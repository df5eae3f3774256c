import type { ConsoleSink } from "../vmm/mod.ts";

/** Collects console output between two flushes, so that the host is called once per slice. */
export class ConsoleBuffer implements ConsoleSink {
  #bytes = new Uint8Array(4096);
  #length = 0;

  write(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length] = byte;
    this.#length += 1;
  }

  /** Gives what was written since the last call; a copy that stays as it is. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }
}
