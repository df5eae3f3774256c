import type { MiddlewareHandler } from "hono";

const looking = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * A span of each request that is to change something. Those that only look come from probes, scrapers and
 * open pages by the thousand, and streams and WebSockets would be spans of hours.
 */
export async function requestTracing(): Promise<MiddlewareHandler> {
  const { httpInstrumentationMiddleware } = await import("@hono/otel");
  const trace = httpInstrumentationMiddleware();
  return (context, next) => (looking.has(context.req.method) ? next() : trace(context, next));
}
