import type { ServedPort } from "./translation-port.ts";

/**
 * The one thread of a worker that writes and compiles translations, for all monitors: they go on in
 * the interpreter meanwhile, and what one of them had translated is not compiled again for another.
 *
 * It may die; see `LastingTranslation`.
 */
export interface TranslationThread {
  /** A monitor's thread, which has the other end of the channel. */
  connect(client: number, port: ServedPort): void;
  forget(client: number): void;
  /** Translations of an earlier run: they are compiled once, for all. */
  useKeptCode(code: Uint8Array): void;
  terminate(): Promise<void>;
}

/**
 * @param memoryBytes size of the machine memory that the monitors share
 * @param onDeath it has ended, not by `terminate`; once
 */
export type SpawnTranslationThread = (
  memoryBytes: number,
  onDeath: (reason: string) => void,
) => TranslationThread;
