import { expect, test } from "vitest";
import { type DeviceTreeNode, writeDeviceTree } from "./device-tree-writer.ts";

test("writes nodes, properties and strings in the flattened format, version 17", () => {
  const root: DeviceTreeNode = {
    name: "",
    properties: { cells: [1, 0xffff_ffff], text: "ab" },
    children: [{ name: "n@1", properties: { cells: [2], empty: true } }],
  };
  const file = writeDeviceTree(root);
  const view = new DataView(file.buffer);
  const header = Array.from({ length: 10 }, (_, index) => view.getUint32(4 * index));
  const structureBytes = 92;
  const stringsBytes = "cells\0text\0empty\0".length;
  expect(header).toEqual([
    0xd00d_feed,
    file.length,
    56,
    56 + structureBytes,
    40,
    17,
    16,
    0,
    stringsBytes,
    structureBytes,
  ]);
  const structure = Array.from({ length: structureBytes / 4 }, (_, index) =>
    view.getUint32(56 + 4 * index),
  );
  const cells = 0;
  const text = 6;
  const empty = 11;
  expect(structure).toEqual(
    [
      [1, 0],
      [3, 8, cells, 1, 0xffff_ffff],
      [3, 3, text, 0x6162_0000],
      [1, 0x6e40_3100],
      [3, 4, cells, 2],
      [3, 0, empty],
      [2],
      [2],
      [9],
    ].flat(),
  );
  expect(String.fromCharCode(...file.subarray(56 + structureBytes))).toBe("cells\0text\0empty\0");
});

test("text is UTF-8, and half a surrogate pair does not break the tree", () => {
  const file = writeDeviceTree({ name: "", properties: { text: "ü€𝄞%\ud800" } });
  const bytes = [0xc3, 0xbc, 0xe2, 0x82, 0xac, 0xf0, 0x9d, 0x84, 0x9e, 0x25, 0xef, 0xbf, 0xbd, 0];
  expect([...file.subarray(76, 76 + bytes.length)]).toEqual(bytes);
});

test("lists of strings and raw bytes are padded to whole words", () => {
  const file = writeDeviceTree({
    name: "",
    properties: { list: ["a", "bc"], raw: Uint8Array.of(1, 2, 3) },
  });
  expect([...file.subarray(76, 84)]).toEqual([0x61, 0, 0x62, 0x63, 0, 0, 0, 0]);
  expect([...file.subarray(96, 100)]).toEqual([1, 2, 3, 0]);
});
