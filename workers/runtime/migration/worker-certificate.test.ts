import { X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { certificateName, makeWorkerCertificate } from "./worker-certificate.ts";

test("a worker's certificate is signed by its own key, names a worker, and is another one each time", () => {
  const fingerprints = new Set<string>();
  for (let round = 0; round < 20; round++) {
    const { certificate, key } = makeWorkerCertificate();
    const parsed = new X509Certificate(certificate);
    expect(parsed.verify(parsed.publicKey)).toBe(true);
    expect(parsed.subject).toBe(`CN=${certificateName}`);
    expect(parsed.subjectAltName).toBe(`DNS:${certificateName}`);
    expect(parsed.ca).toBe(false);
    expect(parsed.validTo).toContain("9999");
    expect(key).toContain("PRIVATE KEY");
    fingerprints.add(parsed.fingerprint256);
  }
  expect(fingerprints.size).toBe(20);
});
