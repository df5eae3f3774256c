import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { goldenPath } from "../guests/guests.ts";
import { benchRows, idOf } from "./bench-rows.ts";

const linuxSource = readFileSync(new URL("../guests/linux/bench.c", import.meta.url), "utf8");

describe("the rows of the table", () => {
  test.each(benchRows.filter(({ from }) => from.startsWith("bench-")))(
    "$name is announced by its bare-metal guest",
    ({ name, from }) => {
      expect(readFileSync(goldenPath(from), "utf8")).toContain(`${name}: begin\n${name}: end`);
    },
  );

  test.each(benchRows.filter(({ from }) => from === "linux"))(
    "$name is a row of the program for Linux",
    ({ name }) => {
      expect(linuxSource).toContain(`{"${name.replace("linux ", "")}", `);
    },
  );

  test("each has an id of its own, one word", () => {
    const ids = benchRows.map(idOf);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z-]+$/.test(id))).toEqual([]);
  });
});
