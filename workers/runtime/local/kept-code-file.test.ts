import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eagerHeat } from "../../../tests/support/eager-heat.ts";
import { loopsInARow } from "../../../tests/support/loops-in-a-row.ts";
import { outcomeOn } from "../../../tests/support/run-guest.ts";
import { compiler } from "../../host/compiler.ts";
import { Monitor } from "../../vmm/mod.ts";
import { buildIdentity } from "../build-identity.ts";
import { KeptCodeFile } from "./kept-code-file.ts";

const heat = { ...eagerHeat, joinArrivals: 0x7fff_ffff };

const newMonitor = () => Monitor.create({ compiler, memoryBytes: 2 ** 27, heat });

/** What becomes of a machine of this monitor; usually there are more loops than regions without which nothing is kept. */
const run = (monitor: Monitor, count = 24) => outcomeOn(monitor, loopsInARow(count), 40_000);

const warm = newMonitor();
const expected = run(warm);

describe("the file of a kernel's translations", () => {
  let folder = "";
  let kernel = "";
  const codes = () => join(folder, "codes");
  const file = (of = kernel) => KeptCodeFile.of({ folder: codes() }, of) as KeptCodeFile;
  const names = () => (existsSync(codes()) ? readdirSync(codes()) : []);
  const only = () => join(codes(), names()[0] ?? "");

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "trapline-kept-"));
    kernel = join(folder, "kernel");
    writeFileSync(kernel, "a kernel");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A monitor that was given what is kept now, and what becomes of its machine. */
  function startAgain() {
    const monitor = newMonitor();
    file().load(monitor);
    return { outcome: run(monitor), modules: monitor.translations.modules };
  }

  test("gives a later run what an earlier one has left, and no guest can tell", () => {
    file().save(warm);
    expect(names()).toHaveLength(1);
    const { outcome, modules } = startAgain();
    expect(outcome).toEqual(expected);
    expect(modules).toBe(0);
  });

  test("is the person's own: nobody else may write to it, or read it", () => {
    file().save(warm);
    expect(statSync(only()).mode & 0o777).toBe(0o600);
    expect(statSync(codes()).mode & 0o777).toBe(0o700);
  });

  const change = (alter: (bytes: Buffer) => Uint8Array) => () =>
    writeFileSync(only(), alter(readFileSync(only())));
  const flip = (at: number) =>
    change((bytes) => {
      const place = at < 0 ? bytes.length + at : at;
      bytes[place] = (bytes[place] ?? 0) ^ 1;
      return bytes;
    });

  function replaceByFolder() {
    const path = only();
    rmSync(path);
    mkdirSync(path);
  }

  test.each([
    ["something else", change(() => Buffer.from("not translations"))],
    ["empty", change(() => new Uint8Array())],
    ["of another version", flip(4)],
    ["cut off", change((bytes) => bytes.subarray(0, bytes.length / 2))],
    ["cut off at its checksum", change((bytes) => bytes.subarray(0, bytes.length - 32))],
    ["longer than it was", change((bytes) => Buffer.concat([bytes, Buffer.alloc(4)]))],
    ["damaged where the first shape is", flip(20)],
    ["damaged in its middle", change((bytes) => bytes.fill(0, 5000, 5016))],
    ["damaged at its end", flip(-1)],
    ["writable for a group", () => chmodSync(only(), 0o620)],
    ["writable for everybody", () => chmodSync(only(), 0o602)],
    ["a folder", replaceByFolder],
    ["gone", () => rmSync(only())],
  ])("is not believed when it is %s: all is translated anew", (_, damage) => {
    file().save(warm);
    damage();
    const { outcome, modules } = startAgain();
    expect(outcome).toEqual(expected);
    expect(modules).toBeGreaterThan(0);
  });

  test("is written anew over one that is damaged", () => {
    file().save(warm);
    const whole = readFileSync(only());
    flip(100)();
    const monitor = newMonitor();
    file().load(monitor);
    run(monitor);
    file().save(monitor);
    expect(readFileSync(only()).length).toBe(whole.length);
    expect(startAgain().modules).toBe(0);
  });

  test("is the build's: what another one has left is not even opened", () => {
    file().save(warm);
    const [name = ""] = names();
    expect(name.startsWith(buildIdentity().slice(0, 16))).toBe(true);
    const others = name.replace(/^./, (digit) => (digit === "0" ? "1" : "0"));
    renameSync(only(), join(codes(), others));
    expect(startAgain().modules).toBeGreaterThan(0);
  });

  test("is the kernel's, as it was when it was started: one that was written anew has another", () => {
    file().save(warm);
    utimesSync(kernel, 1, 1);
    expect(startAgain().modules).toBeGreaterThan(0);
    const other = join(folder, "other");
    writeFileSync(other, "a kernel");
    file(other).save(warm);
    expect(names()).toHaveLength(2);
  });

  test("is kept for 16 kernels; the one that was not written to for longest goes", () => {
    for (let i = 0; i < 18; i++) {
      const other = join(folder, `kernel-${i}`);
      writeFileSync(other, "a kernel");
      const before = new Set(names());
      file(other).save(warm);
      for (const name of names()) {
        if (!before.has(name)) utimesSync(join(codes(), name), 1000 + i, 1000 + i);
      }
    }
    expect(names()).toHaveLength(16);
    const written = names().map((name) => statSync(join(codes(), name)).mtimeMs);
    expect(Math.min(...written)).toBeGreaterThanOrEqual(1_002_000);
  });

  test("is not written by a run that has translated little, or nothing that was not there", () => {
    const small = newMonitor();
    run(small, 3);
    file().save(small);
    expect(names()).toEqual([]);
    file().save(warm);
    const { mtimeMs } = statSync(only());
    const again = newMonitor();
    file().load(again);
    run(again);
    file().save(again);
    expect(statSync(only()).mtimeMs).toBe(mtimeMs);
    expect(names()).toHaveLength(1);
  });

  test("is removed when its code has failed", () => {
    file().save(warm);
    file().remove();
    expect(names()).toEqual([]);
    file().remove();
  });

  test("is none where its folder cannot be made, and no run is concerned", () => {
    const blocked = KeptCodeFile.of({ folder: join(kernel, "codes") }, kernel);
    blocked?.save(warm);
    const monitor = newMonitor();
    blocked?.load(monitor);
    blocked?.remove();
    expect(run(monitor)).toEqual(expected);
  });

  test("is none without a kernel, or where none is wanted", () => {
    expect(KeptCodeFile.of("none", kernel)).toBeUndefined();
    expect(KeptCodeFile.of({ folder: codes() }, undefined)).toBeUndefined();
    expect(KeptCodeFile.of({ folder: codes() }, join(folder, "missing"))).toBeUndefined();
  });

  test("stands in the person's cache folder where no other one is named", () => {
    const { XDG_CACHE_HOME: before } = process.env;
    process.env.XDG_CACHE_HOME = join(folder, "cache");
    try {
      KeptCodeFile.of("usual", kernel)?.save(warm);
    } finally {
      if (before === undefined) delete process.env.XDG_CACHE_HOME;
      else process.env.XDG_CACHE_HOME = before;
    }
    expect(readdirSync(join(folder, "cache", "trapline", "translations"))).toHaveLength(1);
  });
});
