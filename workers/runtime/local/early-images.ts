import { closeSync, fstatSync, openSync, read } from "node:fs";
import { promisify } from "node:util";

/**
 * Images on their way from the disk while this thread builds the engine: another one of the runtime's
 * reads them. Each is handed out once; what is missing here is read when it is asked for, and that is
 * also where a file that cannot be read is complained about.
 */
export class EarlyImages {
  readonly #images = new Map<string, Promise<Uint8Array | undefined>>();
  readonly #here = new Map<string, Uint8Array>();

  constructor(paths: readonly (string | undefined)[]) {
    for (const path of paths) {
      if (path !== undefined)
        this.#images.set(
          path,
          readWhole(path).catch(() => undefined),
        );
    }
  }

  /** Waits until everything is here. */
  async arrive(): Promise<void> {
    for (const [path, image] of this.#images) {
      const bytes = await image;
      if (bytes) this.#here.set(path, bytes);
    }
    this.#images.clear();
  }

  take(path: string): Uint8Array | undefined {
    const bytes = this.#here.get(path);
    this.#here.delete(path);
    return bytes;
  }
}

const readInto = promisify(read);

/** Not `readFile`: it asks for each half a megabyte on the thread that is busy. */
async function readWhole(path: string): Promise<Uint8Array | undefined> {
  const file = openSync(path, "r");
  try {
    const about = fstatSync(file);
    if (!about.isFile()) return undefined;
    const bytes = new Uint8Array(about.size);
    const { bytesRead } = await readInto(file, bytes, 0, about.size, 0);
    return bytesRead === about.size ? bytes : undefined;
  } finally {
    closeSync(file);
  }
}
