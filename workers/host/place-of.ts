import type { StreamAddress } from "./stream.ts";

/** An address as a person writes it behind `-serial`: `tcp:127.0.0.1:4444`, `unix:/path`. */
export function placeOf(where: StreamAddress): string {
  return where.kind === "tcp" ? `tcp:${where.host}:${where.port}` : `unix:${where.path}`;
}
