/** Bytes as gdb writes them in packets: two hexadecimal digits each. */
export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

/** @returns undefined where the text is no whole number of bytes */
export function bytesOf(hex: string): Uint8Array | undefined {
  const isHex = hex.length % 2 === 0 && /^[0-9a-f]*$/i.test(hex);
  return isHex ? Uint8Array.from(Buffer.from(hex, "hex")) : undefined;
}

/** A 64-bit register in target byte order: the lowest byte first. */
export function registerHex(value: bigint): string {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), true);
  return hexOf(bytes);
}

/** @returns undefined where the text is no register of 1 to 8 bytes */
export function registerOf(hex: string): bigint | undefined {
  const bytes = bytesOf(hex);
  if (bytes === undefined || bytes.length === 0 || bytes.length > 8) return undefined;
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** An address or length in hexadecimal, without prefix. */
export function addressOf(text: string): bigint | undefined {
  return /^[0-9a-f]{1,16}$/i.test(text) ? BigInt(`0x${text}`) : undefined;
}
