import { UsageFailure } from "../usage-failure.ts";

const loopback = "127.0.0.1";

/**
 * `[HOST]:PORT`; without a host this machine's loopback address.
 *
 * @param where the property, for messages
 * @throws UsageFailure
 */
export function parseHostPort(where: string, text: string): { host: string; port: number } {
  const [, host, digits] = /^(.*):(\d{1,5})$/s.exec(text) ?? [];
  if (host !== undefined && digits !== undefined) {
    return { host: host === "" ? loopback : host, port: parsePort(where, digits) };
  }
  throw new UsageFailure(
    "address-malformed",
    `${where}=${text} is not an address and a port`,
    `write ${where}=127.0.0.1:1234`,
  );
}

/** @throws UsageFailure */
export function parsePort(where: string, text: string | undefined): number {
  const port = Number(text);
  if (text !== undefined && /^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new UsageFailure(
    "port-malformed",
    text === undefined ? `${where}=PORT is missing` : `${where}=${text} is not a port`,
    `write ${where}= and a number from 0 to 65535`,
  );
}
