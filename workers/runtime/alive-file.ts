import { rmSync, writeFileSync } from "node:fs";
import { log } from "../../shared/telemetry/log.ts";

/** Milliseconds between two signs of life. Probes take several times this for the end. */
const beat = 5000;

/**
 * A file that is written anew as long as this thread's event loop turns: how a process without a port
 * answers a probe ("is the file younger than half a minute?"). It says nothing about Redis: a worker
 * that is started anew because Redis is away would be no better off.
 *
 * It appears when the worker takes jobs and goes away behind its last one. One that cannot be written
 * ends the worker at its start, and is a line in the log later: the probe acts on it then.
 */
export class AliveFile {
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;

  /** @throws Error of the host when the file cannot be written */
  constructor(path: string) {
    this.#path = path;
    writeFileSync(path, "alive\n");
    this.#timer = setInterval(() => this.#beat(), beat);
    this.#timer.unref();
  }

  remove(): void {
    clearInterval(this.#timer);
    rmSync(this.#path, { force: true });
  }

  #beat(): void {
    try {
      writeFileSync(this.#path, "alive\n");
    } catch (error) {
      log.error("worker: no sign of life", { error });
    }
  }
}
