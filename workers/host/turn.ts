import { setImmediate } from "node:timers/promises";

/**
 * Deno looks at the operating system only once in some dozens of passes of its event loop while
 * there is always more to do; one pass a slice would make a key press wait for most of a second.
 */
const passes = "Deno" in globalThis ? 20 : 1;

/** Lets what has arrived from outside (input, signals, messages) be seen; takes microseconds. */
export async function turn(): Promise<void> {
  for (let pass = 0; pass < passes; pass += 1) {
    await setImmediate();
  }
}
