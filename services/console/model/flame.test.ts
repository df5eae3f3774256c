import fc from "fast-check";
import { expect, test } from "vitest";
import { flameBoxes } from "./flame-boxes.ts";
import { parseFolded } from "./parse-folded.ts";

const folded = "main;read;copy 30\nmain;read 10\nmain;write 40\nidle 20\n";

test("folded stacks become a tree, what has most samples first", () => {
  const root = parseFolded(folded);
  expect(root).toMatchObject({ name: "all", samples: 100 });
  expect(root.children.map(({ name, samples }) => [name, samples])).toEqual([
    ["main", 80],
    ["idle", 20],
  ]);
  expect(root.children[0]?.children.map(({ name, samples }) => [name, samples])).toEqual([
    ["read", 40],
    ["write", 40],
  ]);
});

test("whatever a guest calls its symbols, the samples of a frame are at least those of its children", () => {
  const line = fc.tuple(fc.array(fc.string(), { maxLength: 200 }), fc.nat());
  fc.assert(
    fc.property(fc.array(line), fc.string(), (lines, noise) => {
      const text = `${noise}\n${lines.map(([names, samples]) => `${names.join(";")} ${samples}`).join("\n")}`;
      const visit = (frame: ReturnType<typeof parseFolded>) => {
        const inside = frame.children.reduce((sum, { samples }) => sum + samples, 0);
        expect(frame.samples).toBeGreaterThanOrEqual(inside);
        frame.children.forEach(visit);
      };
      visit(parseFolded(text));
    }),
  );
});

test("boxes lie within what called them", () => {
  const boxes = flameBoxes(parseFolded(folded));
  const places = boxes.map(({ path, left, width, depth }) => [path, left, width, depth]);
  expect(places).toEqual([
    ["all", 0, 1, 0],
    ["all;main", 0, 0.8, 1],
    ["all;main;read", 0, 0.4, 2],
    ["all;main;read;copy", 0, expect.closeTo(0.3), 3],
    ["all;main;write", 0.4, 0.4, 2],
    ["all;idle", 0.8, 0.2, 1],
  ]);
});

test("a frame that is looked at fills the width, as those on the way to it do", () => {
  const boxes = flameBoxes(parseFolded(folded), ["main", "read"]);
  expect(boxes.map(({ path, width, parent }) => [path, width, parent])).toEqual([
    ["all", 1, undefined],
    ["all;main", 1, "all"],
    ["all;main;read", 1, "all;main"],
    ["all;main;read;copy", 0.75, "all;main;read"],
  ]);
});

test("a way that is no longer there leads as far as it can", () => {
  expect(flameBoxes(parseFolded(folded), ["main", "gone"])[1]).toMatchObject({ path: "all;main" });
});
