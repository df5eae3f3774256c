export interface JsonLog {
  info(fields: object, sentence: string): void;
  warn(fields: object, sentence: string): void;
  error(fields: object, sentence: string): void;
}

/**
 * pino, writing to standard output. Its build for Node asks for the host's name when it is loaded, which a
 * worker under Deno may not; there its build without Node is used, which writes the same lines.
 */
export async function jsonLog(words: Readonly<Record<string, string>>): Promise<JsonLog> {
  if (!("Deno" in globalThis)) {
    const { pino, stdTimeFunctions } = await import("pino");
    const logger = pino({
      base: words,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      // They come as they are to be.
      serializers: { err: (error: unknown) => error },
    });
    return bound(logger);
  }
  const { pino } = await import("pino/browser.js");
  const labels: Readonly<Record<number, string>> = { 30: "info", 40: "warn", 50: "error" };
  const logger = pino({
    browser: {
      asObject: true,
      write: (entry: object) => {
        const { level, time, ...rest } = entry as { level: number; time: number };
        const instant = new Date(time).toISOString();
        console.log(JSON.stringify({ level: labels[level], time: instant, ...words, ...rest }));
      },
    },
  });
  return bound(logger);
}

function bound(logger: JsonLog): JsonLog {
  return {
    info: (fields, sentence) => logger.info(fields, sentence),
    warn: (fields, sentence) => logger.warn(fields, sentence),
    error: (fields, sentence) => logger.error(fields, sentence),
  };
}
