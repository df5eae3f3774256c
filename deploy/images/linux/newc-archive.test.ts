import { expect, test } from "vitest";
import { type NewcEntry, newcArchive } from "./newc-archive.ts";

const entries: NewcEntry[] = [
  { kind: "file", path: "init", executable: true, bytes: Buffer.from("#!/bin/sh\n") },
  { kind: "folder", path: "bin" },
  { kind: "link", path: "bin/sh", target: "busybox" },
  { kind: "character-device", path: "dev/console", device: [5, 1] },
  { kind: "folder", path: "dev" },
];

test("the same entries in another order give the same archive", () => {
  expect(newcArchive(entries.toReversed())).toEqual(newcArchive(entries));
});

test("members follow each other in path order, each header and its data padded to four bytes", () => {
  const archive = Buffer.from(newcArchive(entries));
  const names: string[] = [];
  let at = 0;
  for (;;) {
    const header = archive.toString("latin1", at, at + 110);
    expect(header.slice(0, 6)).toBe("070701");
    const field = (index: number) =>
      Number.parseInt(header.slice(6 + 8 * index, 14 + 8 * index), 16);
    const name = archive.toString("latin1", at + 110, at + 110 + field(11) - 1);
    names.push(`${name} ${field(1).toString(8)} ${field(9)}:${field(10)} ${field(6)}`);
    if (name === "TRAILER!!!") break;
    at = (at + 110 + field(11) + 3) & ~3;
    at = (at + field(6) + 3) & ~3;
  }
  expect(names).toEqual([
    "bin 40755 0:0 0",
    "bin/sh 120777 0:0 7",
    "dev 40755 0:0 0",
    "dev/console 20600 5:1 0",
    "init 100755 0:0 10",
    "TRAILER!!! 0 0:0 0",
  ]);
});
