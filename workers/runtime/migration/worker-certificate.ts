import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** What a worker is known by to other workers, for as long as its process lives. */
export interface WorkerCertificate {
  /** PEM. */
  readonly certificate: string;
  /** PEM; never leaves the process. */
  readonly key: string;
}

/** The name in each worker's certificate: which worker it is says the certificate itself. */
export const certificateName = "worker.trapline";

const tags = { integer: 2, bits: 3, bytes: 4, oid: 6, utf8: 12, utcTime: 23, time: 24 } as const;
const oids = {
  ecdsaWithSha256: "2a8648ce3d040302",
  commonName: "550403",
  subjectAltName: "551d11",
} as const;

/**
 * Makes a key and a certificate for it that nobody but itself has signed: P-256, X.509 v3.
 *
 * It has no end (RFC 5280, 4.1.2.5): it is as good as the worker's entry in Redis, which is gone some
 * seconds after the worker.
 */
export function makeWorkerCertificate(): WorkerCertificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(item(tags.oid, hex(oids.ecdsaWithSha256)));
  const commonName = sequence(
    item(tags.oid, hex(oids.commonName)),
    item(tags.utf8, text(certificateName)),
  );
  const name = sequence(item(0x31, commonName));
  const validity = sequence(
    item(tags.utcTime, text("200101000000Z")),
    item(tags.time, text("99991231235959Z")),
  );
  const dnsName = item(0x82, text(certificateName));
  const extensions = sequence(
    sequence(item(tags.oid, hex(oids.subjectAltName)), item(tags.bytes, sequence(dnsName))),
  );
  const toBeSigned = sequence(
    item(0xa0, item(tags.integer, Uint8Array.of(2))),
    // Positive and of the same length each time: the first byte is from 0x40 to 0x7f.
    item(tags.integer, Uint8Array.of(0x40 | ((randomBytes(1)[0] ?? 0) & 0x3f)), randomBytes(15)),
    ...[algorithm, name, validity, name],
    publicKey.export({ type: "spki", format: "der" }),
    item(0xa3, extensions),
  );
  const signature = sign("sha256", toBeSigned, privateKey);
  const certificate = sequence(toBeSigned, algorithm, item(tags.bits, Uint8Array.of(0), signature));
  return {
    certificate: pem(certificate),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** ITU-T X.690, 8.1 and 10.1: tag, length in its shortest form, content. */
function item(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Uint8Array.from(head), ...parts]);
}

function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return item(0x30, ...parts);
}

function hex(digits: string): Uint8Array {
  return Buffer.from(digits, "hex");
}

function text(characters: string): Uint8Array {
  return Buffer.from(characters, "utf8");
}

function pem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}
