import { expect, test } from "vitest";
import { dependenciesOf, withoutSignature } from "./kernel-modules.ts";

const body = Buffer.from("ELF…license=GPL\0depends=crc16,mbcache,jbd2\0name=ext4\0");

function signed(signatureBytes: number): Buffer {
  const info = Buffer.alloc(12);
  info.writeUInt32BE(signatureBytes, 8);
  const signature = Buffer.alloc(signatureBytes, 0xaa);
  return Buffer.concat([body, signature, info, Buffer.from("~Module signature appended~\n")]);
}

test("the signature is cut off a signed module and nothing else is", () => {
  expect(withoutSignature(signed(700)).equals(body)).toBe(true);
  expect(withoutSignature(body).equals(body)).toBe(true);
});

test("a signature that claims more bytes than there are leaves nothing rather than throwing", () => {
  const module = signed(10);
  module.writeUInt32BE(0xffffffff, module.length - 32);
  expect(withoutSignature(module)).toHaveLength(0);
});

test("dependencies are read from the module itself", () => {
  expect(dependenciesOf(body)).toEqual(["crc16", "mbcache", "jbd2"]);
  expect(dependenciesOf(Buffer.from("\0depends=\0name=crc16\0"))).toEqual([]);
  expect(dependenciesOf(Buffer.from("no section"))).toEqual([]);
});
