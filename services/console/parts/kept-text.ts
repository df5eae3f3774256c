/**
 * What this browser keeps for the console between two visits. A browser may be told to keep nothing, and
 * then the console works without.
 */
export const keptText = {
  read(key: string): string | undefined {
    try {
      return localStorage.getItem(key) ?? undefined;
    } catch {
      return undefined;
    }
  },

  /** @param text undefined forgets it */
  write(key: string, text: string | undefined): void {
    try {
      if (text === undefined) localStorage.removeItem(key);
      else localStorage.setItem(key, text);
    } catch {
      // It is as if the page had been opened for the first time.
    }
  },
};
