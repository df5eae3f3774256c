import { existsSync, mkdtempSync, rmSync, statSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AliveFile } from "./alive-file.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trapline-alive-"));
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

test("is there at once, grows no older than a few seconds, and goes away with the worker", () => {
  const path = join(folder, "alive");
  const alive = new AliveFile(path);
  expect(existsSync(path)).toBe(true);
  utimesSync(path, 0, 0);
  vi.advanceTimersByTime(5000);
  expect(statSync(path).mtimeMs).toBeGreaterThan(0);
  alive.remove();
  vi.advanceTimersByTime(60_000);
  expect(existsSync(path)).toBe(false);
});

test("a place that cannot be written is said at the start", () => {
  expect(() => new AliveFile(join(folder, "missing", "alive"))).toThrow("ENOENT");
});

test("goes on when the file cannot be written for a while", () => {
  const log = vi.spyOn(console, "error").mockReturnValue();
  const path = join(folder, "alive");
  const alive = new AliveFile(path);
  rmSync(folder, { recursive: true });
  vi.advanceTimersByTime(10_000);
  expect(log).toHaveBeenCalledTimes(2);
  alive.remove();
  log.mockRestore();
});
