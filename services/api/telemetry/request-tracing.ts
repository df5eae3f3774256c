import type { MiddlewareHandler } from "hono";

/** A span of each request, but of those by which somebody asks how the process is. */
export async function requestTracing(): Promise<MiddlewareHandler> {
  const { httpInstrumentationMiddleware } = await import("@hono/otel");
  const trace = httpInstrumentationMiddleware();
  const probes = new Set(["/healthz", "/readyz", "/v1/queue"]);
  return (context, next) => (probes.has(context.req.path) ? next() : trace(context, next));
}
