import { createHash, X509Certificate } from "node:crypto";
import { connect, type TLSSocket, type TlsOptions } from "node:tls";
import { certificateName, type WorkerCertificate } from "./worker-certificate.ts";

const version = { minVersion: "TLSv1.3", maxVersion: "TLSv1.3" } as const;

/**
 * Of the side that listens: TLS 1.3, and a certificate of whoever connects. Whose it is the listener
 * has to look up itself (`fingerprintOf`): certificates are made anew with each worker, so there is
 * nobody who could have signed them.
 */
export function listenerOptions(own: WorkerCertificate): TlsOptions {
  return {
    ...version,
    cert: own.certificate,
    key: own.key,
    requestCert: true,
    rejectUnauthorized: false,
  };
}

/**
 * Connects to a worker that has exactly this certificate, and shows one's own.
 *
 * @param patience milliseconds until both sides must know each other
 * @throws Error of the system or of TLS: it is not there, or is somebody else
 */
export async function connectToWorker(
  { host, port, certificate }: { host: string; port: number; certificate: string },
  own: WorkerCertificate,
  patience: number,
): Promise<TLSSocket> {
  const socket = connect({
    ...version,
    ...{ host, port, servername: certificateName },
    ca: [certificate],
    cert: own.certificate,
    key: own.key,
  });
  socket.setNoDelay(true);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const late = setTimeout(() => reject(new Error("it does not answer")), patience);
  socket.once("secureConnect", () => resolve());
  socket.once("error", reject);
  socket.once("close", () => reject(new Error("it has closed the connection")));
  try {
    await promise;
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(late);
    socket.off("error", reject);
  }
}

/** SHA-256 of a certificate, in hexadecimal. @param certificate PEM or DER */
export function fingerprintOf(certificate: string | Uint8Array): string {
  const { raw } = new X509Certificate(certificate);
  return createHash("sha256").update(raw).digest("hex");
}

/** Of the certificate that the other side has shown; undefined where it has shown none. */
export function peerFingerprint(socket: TLSSocket): string | undefined {
  const { raw } = socket.getPeerCertificate() as { readonly raw?: Uint8Array };
  return raw && createHash("sha256").update(raw).digest("hex");
}
