const special = /[#$}*]/g;
const escapeBit = 0x20;

/**
 * One packet as it goes over the wire: `$payload#sum`, with the bytes escaped that mean something
 * there.
 *
 * @param payload one character for each byte
 */
export function writePacket(payload: string): Uint8Array {
  const escaped = payload.replace(
    special,
    (character) => `}${String.fromCharCode(character.charCodeAt(0) ^ escapeBit)}`,
  );
  let sum = 0;
  for (let index = 0; index < escaped.length; index++) {
    sum = (sum + escaped.charCodeAt(index)) & 0xff;
  }
  return Buffer.from(`$${escaped}#${sum.toString(16).padStart(2, "0")}`, "latin1");
}
