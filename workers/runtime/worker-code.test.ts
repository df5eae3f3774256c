import { describe, expect, test } from "vitest";
import { WorkerCode } from "./worker-code.ts";

const code = Uint8Array.of(1, 2, 3);

function storeOf(known: ReadonlyMap<string, Uint8Array>) {
  const asked: string[] = [];
  const written = new Map<string, Uint8Array>();
  return {
    ...{ asked, written },
    read: async (_build: string, image: string) => {
      asked.push(image);
      return known.get(image);
    },
    write: async (_build: string, image: string, bytes: Uint8Array) => {
      written.set(image, bytes);
    },
  };
}

describe("a worker's kept code", () => {
  test("is read when an image is met first, and asked for where there is none", async () => {
    const store = storeOf(new Map([["known", code]]));
    const worker = new WorkerCode(store);
    expect(await worker.of("known")).toEqual({ keptCode: code });
    expect(await worker.of("new")).toEqual({ keepsCode: true });
    expect(await worker.of("known")).toEqual({});
    expect(await worker.of("new")).toEqual({});
    expect(store.asked).toEqual(["known", "new"]);
    worker.keep("new", code);
    expect(store.written.get("new")).toBe(code);
  });

  test("is given to the thread that translates, where there is one, and to no run", async () => {
    const given: Uint8Array[] = [];
    const useKeptCode = (bytes: Uint8Array) => given.push(bytes);
    const worker = new WorkerCode(storeOf(new Map([["known", code]])), { useKeptCode });
    expect(await worker.of("known")).toEqual({});
    expect(await worker.of("known")).toEqual({});
    expect(await worker.of("new")).toEqual({ keepsCode: true });
    expect(given).toEqual([code]);
  });

  test("costs no run where the store fails", async () => {
    const fails = async () => {
      throw new Error("disk full");
    };
    const worker = new WorkerCode({ read: fails, write: fails });
    expect(await worker.of("image")).toEqual({});
    worker.keep("image", code);
    await new Promise((resolve) => setImmediate(resolve));
  });
});
