/** Whether all bytes are zero; quick where they lie, and their number is, on multiples of 4. */
export function isZero(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0 && bytes.length > 0) return false;
  if (bytes.byteOffset % 4 !== 0 || bytes.length % 4 !== 0)
    return bytes.every((byte) => byte === 0);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  for (let i = 0; i < words.length; i++) {
    if (words[i] !== 0) return false;
  }
  return true;
}
