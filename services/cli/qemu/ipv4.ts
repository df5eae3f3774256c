import { UsageFailure } from "../usage-failure.ts";

/** `10.0.2.15` as a number of 32 bits. @throws UsageFailure */
export function parseIpv4(where: string, text: string): number {
  const parts = text.split(".");
  const isAddress =
    parts.length === 4 && parts.every((p) => /^\d{1,3}$/.test(p) && Number(p) < 256);
  if (isAddress) return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
  throw new UsageFailure(
    "address-malformed",
    `${where}=${text} is not an IPv4 address`,
    "write four numbers from 0 to 255: 10.0.2.15",
  );
}

/** `10.0.2.0/24` or `10.0.2.0/255.255.255.0`; 24 bits where they are not said. @throws UsageFailure */
export function parseIpv4Network(where: string, text: string): { address: number; prefix: number } {
  const [address = "", mask = "24"] = text.split("/", 2);
  const prefix = mask.includes(".") ? prefixOf(parseIpv4(where, mask)) : Number(mask);
  if (!/^[\d.]+$/.test(mask) || !Number.isInteger(prefix) || prefix < 8 || prefix > 28) {
    throw new UsageFailure(
      "address-malformed",
      `${where}=${text} is not a network with room for a guest and its router`,
      `write ${where}=10.0.2.0/24`,
    );
  }
  const size = 2 ** (32 - prefix);
  return { address: Math.floor(parseIpv4(where, address) / size) * size, prefix };
}

export function formatIpv4(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

/** NaN for a mask with a hole. */
function prefixOf(mask: number): number {
  const ones = mask.toString(2).padStart(32, "0");
  return /^1*0*$/.test(ones) ? ones.indexOf("0") : Number.NaN;
}
