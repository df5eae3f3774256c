import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as Sdk from "@aws-sdk/client-s3";
import { BlobError } from "../blob-error.ts";
import { openAside } from "./aside-file.ts";
import { checkKey } from "./check-key.ts";
import type { ObjectEntry, ObjectStore, ObjectUpload, Pointer } from "./object-store.ts";

/** Where a bucket is and who asks. What is left out comes from the SDK's own surroundings. */
export interface S3Place {
  readonly bucket: string;
  /** Before every key, without a `/` at its end; empty for none. */
  readonly prefix: string;
  readonly region: string;
  /** Undefined is Amazon's own. */
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/**
 * Objects in a bucket of an S3 server. Pointers are objects that move by conditional writes, so the
 * server must honour `If-Match` and `If-None-Match` on PUT, as Amazon's and Ceph's (16.2 tried) do.
 * `open` tries it out, because a server that ignores them would let a stale writer win.
 *
 * The SDK is loaded here and nowhere else: who keeps blobs in a directory does not pay for it.
 */
export class S3Objects implements ObjectStore {
  readonly place: string;
  readonly #sdk: typeof Sdk;
  readonly #client: Sdk.S3Client;
  readonly #bucket: string;
  readonly #prefix: string;

  private constructor(sdk: typeof Sdk, { bucket, prefix, ...place }: S3Place) {
    this.place = `s3://${bucket}${prefix === "" ? "" : `/${prefix}`}`;
    this.#sdk = sdk;
    this.#bucket = bucket;
    this.#prefix = prefix === "" ? "" : `${prefix}/`;
    this.#client = new sdk.S3Client({
      region: place.region,
      // Other servers than Amazon's have no name for each bucket, and old ones no CRC of the body.
      ...(place.endpoint === undefined ? {} : { endpoint: place.endpoint, forcePathStyle: true }),
      ...(place.credentials === undefined
        ? {}
        : { ...nothingToLookUp, credentials: place.credentials }),
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
    });
  }

  /** @throws BlobError `unusable` when the server takes conditional writes and ignores the condition */
  static async open(place: S3Place): Promise<S3Objects> {
    const objects = new S3Objects(await import("@aws-sdk/client-s3"), place);
    await objects.#tryConditions();
    return objects;
  }

  async write(key: string, bytes: Uint8Array): Promise<void> {
    await this.#put(key, bytes);
  }

  /** A PUT says its length first, so the bytes wait in a file of the host. */
  async upload(): Promise<ObjectUpload> {
    const aside = await openAside(join(tmpdir(), "trapline"));
    return {
      append: (bytes) => aside.append(bytes),
      commit: async (key) => {
        await aside.settle();
        const { size } = await stat(aside.path);
        await this.#put(key, createReadStream(aside.path), { ContentLength: size });
        await aside.discard();
      },
      discard: () => aside.discard(),
    };
  }

  async read(key: string, offset = 0, length?: number): Promise<Uint8Array | undefined> {
    if (length === 0) return (await this.find(key)) && new Uint8Array();
    const end = length === undefined ? "" : offset + length - 1;
    const range = offset === 0 && length === undefined ? {} : { Range: `bytes=${offset}-${end}` };
    try {
      return (await this.#get(key, range))?.bytes;
    } catch (error) {
      // The object ends before `offset`.
      if (statusOf(error) === 416) return new Uint8Array();
      throw error;
    }
  }

  async find(key: string): Promise<ObjectEntry | undefined> {
    try {
      const head = await this.#client.send(new this.#sdk.HeadObjectCommand(this.#at(key)));
      return { key, bytes: head.ContentLength ?? 0, modified: head.LastModified?.getTime() ?? 0 };
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  }

  async *list(folder: string): AsyncIterable<ObjectEntry> {
    const Prefix = `${this.#prefix}${checkKey(folder)}/`;
    let token: string | undefined;
    do {
      const page = await this.#client.send(
        new this.#sdk.ListObjectsV2Command({
          Bucket: this.#bucket,
          Prefix,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      );
      for (const { Key = "", Size = 0, LastModified } of page.Contents ?? []) {
        const key = Key.slice(this.#prefix.length);
        yield { key, bytes: Size, modified: LastModified?.getTime() ?? 0 };
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  async remove(key: string): Promise<void> {
    await this.#client.send(new this.#sdk.DeleteObjectCommand(this.#at(key)));
  }

  readPointer(key: string): Promise<Pointer | undefined> {
    return this.#get(key, {});
  }

  async movePointer(
    key: string,
    bytes: Uint8Array,
    expected: string | undefined,
  ): Promise<string | undefined> {
    try {
      // An entity tag without its quotes is what all servers take; Ceph compares it as it comes.
      const condition = expected === undefined ? { IfNoneMatch: "*" } : { IfMatch: expected };
      return await this.#put(key, bytes, condition);
    } catch (error) {
      // 409: two conditional writes at once; 404: there is nothing to match.
      if ([404, 409, 412].includes(statusOf(error) ?? 0)) return undefined;
      throw error;
    }
  }

  async *listPointers(folder: string): AsyncIterable<string> {
    for await (const { key } of this.list(folder)) yield key;
  }

  removePointer(key: string): Promise<void> {
    return this.remove(key);
  }

  /** A PUT that breaks off leaves nothing in the bucket. */
  async tidy(): Promise<number> {
    return 0;
  }

  async #tryConditions(): Promise<void> {
    const key = `probe/${randomUUID()}`;
    const bytes = new TextEncoder().encode(key);
    try {
      const version = await this.movePointer(key, bytes, undefined);
      const isHonoured =
        version !== undefined &&
        (await this.movePointer(key, bytes, undefined)) === undefined &&
        (await this.movePointer(key, bytes, "0".repeat(32))) === undefined &&
        (await this.movePointer(key, Uint8Array.of(1), version)) !== undefined;
      if (isHonoured) return;
    } finally {
      await this.remove(key);
    }
    throw new BlobError(
      "unusable",
      `the S3 server of ${this.place} does not honour conditional writes (If-Match and ` +
        "If-None-Match on PUT); without them two workers could own one run: use another server",
    );
  }

  async #put(
    key: string,
    Body: NonNullable<Sdk.PutObjectCommandInput["Body"]>,
    more: Partial<Sdk.PutObjectCommandInput> = {},
  ): Promise<string> {
    const command = new this.#sdk.PutObjectCommand({ ...this.#at(key), Body, ...more });
    return (await this.#client.send(command)).ETag?.replaceAll('"', "") ?? "";
  }

  async #get(key: string, more: Partial<Sdk.GetObjectCommandInput>): Promise<Pointer | undefined> {
    try {
      const command = new this.#sdk.GetObjectCommand({ ...this.#at(key), ...more });
      const { Body, ETag = "" } = await this.#client.send(command);
      const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
      return { bytes, version: ETag.replaceAll('"', "") };
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  }

  #at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: this.#prefix + checkKey(key) };
  }
}

/**
 * What the SDK would look for in files below the home directory, which a worker under Deno may not
 * even ask for. Who gives credentials gives everything.
 */
const nothingToLookUp: Sdk.S3ClientConfig = {
  authSchemePreference: [],
  defaultUserAgentProvider: async () => [["trapline"]],
  defaultsMode: "standard",
  disableClockSkewCorrection: false,
  disableS3ExpressSessionAuth: true,
  maxAttempts: 4,
  retryMode: "standard",
  sigv4aSigningRegionSet: [],
  useArnRegion: false,
  useDualstackEndpoint: false,
  useFipsEndpoint: false,
  userAgentAppId: "trapline",
};

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("$metadata" in error)) return undefined;
  return (error.$metadata as { httpStatusCode?: number }).httpStatusCode;
}
