import type { StreamAddress } from "../../../workers/host/stream.ts";
import { UsageFailure } from "../usage-failure.ts";

const loopback = "127.0.0.1";

/**
 * `-gdb tcp:[HOST]:PORT[,server…]` or `-gdb unix:PATH`; `none` is no server. Without a host only this
 * machine may connect: a debugger may do everything.
 *
 * @throws UsageFailure
 */
export function readGdb(text: string): StreamAddress | undefined {
  if (text === "none") return undefined;
  const [address = ""] = text.split(",");
  const [, path] = /^unix:(.+)$/s.exec(address) ?? [];
  if (path !== undefined) return { kind: "unix", path };
  const [, host, digits] = /^tcp:(.*):(\d{1,5})$/.exec(address) ?? [];
  const port = Number(digits);
  if (host === undefined || !(port <= 65_535)) {
    throw new UsageFailure(
      "gdb-malformed",
      `'${text}' is not a place where a gdb can be waited for`,
      "write -gdb tcp::1234, -gdb tcp:HOST:PORT or -gdb unix:PATH",
    );
  }
  return { kind: "tcp", host: host === "" ? loopback : host, port };
}
