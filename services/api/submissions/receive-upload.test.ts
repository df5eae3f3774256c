import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ObjectBlobs } from "../../../shared/blob/object-blobs.ts";
import { DirectoryObjects } from "../../../shared/blob/objects/directory-objects.ts";
import { ProblemError } from "../problem-error.ts";
import { receiveUpload } from "./receive-upload.ts";

let directory: string;
let blobs: ObjectBlobs;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "upload-"));
  blobs = new ObjectBlobs(new DirectoryObjects(directory));
});

afterEach(() => rm(directory, { recursive: true }));

const part = (name: string, value: string, file?: string) =>
  `--x\r\ncontent-disposition: form-data; name="${name}"` +
  `${file === undefined ? "" : `; filename="${file}"`}\r\n\r\n${value}\r\n`;
const form = `${part("assignment", "hello") + part("kernel", "abc", "k.elf")}--x--\r\n`;

/** A request whose body comes in chunks of `size` bytes, as from a network. */
function request(body: string | Uint8Array, size = 7): Request {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) {
        controller.enqueue(bytes.slice(at, at + size));
      }
      controller.close();
    },
  });
  return new Request("http://localhost/", {
    method: "POST",
    headers: { "content-type": "multipart/form-data; boundary=x" },
    body: stream,
    duplex: "half",
  } as RequestInit);
}

const statusOf = async (upload: Promise<unknown>) => {
  try {
    await upload;
    return "accepted";
  } catch (error) {
    if (error instanceof ProblemError) {
      return error.problem.status;
    }
    throw error;
  }
};

describe("receiveUpload", () => {
  test("stores each file and keeps its name", async () => {
    const { assignment, artefacts } = await receiveUpload(request(form), blobs, 100);
    expect(assignment).toBe("hello");
    const { hash, bytes } = artefacts.get("kernel") ?? { hash: "", bytes: 0 };
    expect(bytes).toBe(3);
    expect(new TextDecoder().decode(await blobs.read(hash))).toBe("abc");
  });

  test.each([
    ["a file that is too large", form.replace("abc", "a".repeat(200_000)), 413],
    ["a file just above the limit", form.replace("abc", "a".repeat(101)), 413],
    ["a form without assignment", form.replace("assignment", "other"), 400],
    ["a file that is sent twice", form.replace("--x--", `${part("kernel", "b", "k")}--x--`), 400],
    ["a form that breaks off in a file", form.slice(0, 120), 400],
    ["a form that breaks off in a header", form.slice(0, 20), 400],
    ["an empty body", "", 400],
    ["too many files", part("a", "b", "c").repeat(20) + form, 400],
  ])("refuses %s", async (_case, body, status) => {
    expect(await statusOf(receiveUpload(request(body, 1000), blobs, 100))).toBe(status);
  });

  test("answers any bytes with a problem or takes them, and leaves nothing half-written", async () => {
    const mutated = fc
      .tuple(
        fc.nat(form.length),
        fc.nat(30),
        fc.string({ maxLength: 20 }),
        fc.integer({ min: 1, max: 300 }),
      )
      .map(([at, length, text, size]) => ({
        body: form.slice(0, at) + text + form.slice(at + length),
        size,
      }));
    const random = fc
      .tuple(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 300 }))
      .map(([body, size]) => ({ body, size }));
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutated, random), async ({ body, size }) => {
        const status = await statusOf(receiveUpload(request(body, size), blobs, 100));
        expect(["accepted", 400, 413]).toContain(status);
      }),
      { numRuns: 300 },
    );
    const incoming = await readdir(join(directory, "incoming"));
    expect(incoming).toEqual([]);
  });
});
