import { serveStatic } from "@hono/node-server/serve-static";
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { compress } from "hono/compress";
import { secureHeaders } from "hono/secure-headers";
import { ProblemError } from "../problem-error.ts";

/** Addresses of pages; the program in the browser finds out which one it is. */
const pages = ["/", "/runs/*"];

/**
 * The web console: files that `services/console` was built to.
 *
 *   /, /runs/…   the page; asked for anew each time
 *   /assets/…    what the page needs, under names that have a hash of the content: kept for ever
 *
 * A page runs scripts and styles of this origin only, talks to this origin only, and stands in no frame.
 *
 * @param folder made by `npm run setup`; while it is not there, a problem document says so
 */
export function addWebConsole(app: OpenAPIHono, folder: string): void {
  const secure = secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
    xFrameOptions: "DENY",
    // For whoever ends TLS in front of the API to say.
    strictTransportSecurity: false,
  });
  const page = serveStatic({ root: folder, path: "index.html" });
  const asset = serveStatic({ root: folder });
  for (const path of pages) {
    app.get(path, secure, kept("no-cache"), page, () => {
      throw new ProblemError(
        404,
        "no-console",
        "No web console here",
        "It has not been built; `npm run setup` does that. The API itself is at /v1, see /openapi.json.",
      );
    });
  }
  app.get("/assets/*", secure, kept("public, max-age=31536000, immutable"), compress(), asset);
}

/** What was found may be kept so. */
function kept(rule: string): MiddlewareHandler {
  return async (context, next) => {
    await next();
    if (context.res.ok) context.header("Cache-Control", rule);
  };
}
