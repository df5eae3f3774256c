import { expect, test, vi } from "vitest";
import { nodeThreadOptions } from "./node-thread-options.ts";

test("a thread knows nothing of the environment but where compiled code is kept", () => {
  vi.stubEnv("REDIS_URL", "redis://:secret@127.0.0.1:6379");
  vi.stubEnv("NODE_COMPILE_CACHE", "/somewhere");
  expect(nodeThreadOptions("pcpu").env).toEqual({ NODE_COMPILE_CACHE: "/somewhere" });
  vi.stubEnv("NODE_COMPILE_CACHE", undefined);
  expect(nodeThreadOptions("pcpu").env).toEqual({});
  vi.unstubAllEnvs();
});
