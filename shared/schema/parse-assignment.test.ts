import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assignmentSchema } from "./assignment.ts";
import { AssignmentError } from "./assignment-error.ts";
import { parseAssignment } from "./parse-assignment.ts";

const good = `name: hello
title: Say hello
artefacts:
  - { name: kernel, max-bytes: 1M }
machine:
  ram: 16M
  firmware: none
  kernel: { submission: kernel }
limits:
  instructions: 2G
  output: 64K
  wall-clock: 1m
steps:
  - name: Greets
    expect: hello
    within: 1.5M
    points: 3
  - { name: Stops, exit-code: 0, within: 1k, points: 1 }
`;

function faultsOf(text: string) {
  try {
    parseAssignment(text, "a.yaml");
  } catch (error) {
    if (error instanceof AssignmentError) {
      return error.message;
    }
    throw error;
  }
  return "no fault";
}

describe("parseAssignment", () => {
  test("lets assertions follow the power-off", () => {
    const behind = `${good}  - { name: Frugal, assert: { exits: { csr: "<= 2k" }, since: Greets }, points: 1 }\n`;
    const { assert } = parseAssignment(behind, "a.yaml").steps[2] ?? {};
    expect(assert).toEqual({ exits: { csr: "<= 2k" }, since: "Greets" });
  });

  test("reads quantities with their units and fills the defaults", () => {
    const assignment = parseAssignment(good, "a.yaml");
    expect(assignment.machine.ram).toBe(16 * 2 ** 20);
    expect(assignment.limits).toMatchObject({
      instructions: 2e9,
      output: 65536,
      "wall-clock": 60_000,
    });
    expect(assignment.steps[0]).toMatchObject({ within: 1_500_000, visibility: "visible" });
    expect(assignment.machine).toMatchObject({ harts: 1, seed: 0, disks: [], rng: false });
  });

  test("takes up to eight harts", () => {
    const text = good.replace("  ram: 16M", "  ram: 16M\n  harts: 8");
    expect(parseAssignment(text, "a.yaml").machine.harts).toBe(8);
  });

  test("gives a value that parses to itself, so that the worker may check it again", () => {
    const assignment = parseAssignment(good, "a.yaml");
    expect(assignmentSchema.parse(JSON.parse(JSON.stringify(assignment)))).toEqual(assignment);
  });

  test.each([
    [
      "an unknown field",
      good.replace("  ram: 16M", "  rom: 1M\n  ram: 16M"),
      "a.yaml:6:3: machine.rom is not a known field",
    ],
    [
      "a wrong quantity",
      good.replace("ram: 16M", "ram: lots"),
      "a.yaml:6:3: machine.ram must be a whole number of bytes, for example 64K or 128M",
    ],
    [
      "a RAM beyond the limit",
      good.replace("ram: 16M", "ram: 8G"),
      "a.yaml:6:3: machine.ram must be between 1M and 2G",
    ],
    [
      "more harts than there are",
      good.replace("  ram: 16M", "  harts: 9\n  ram: 16M"),
      "a.yaml:6:3: machine.harts must be between 1 and 8 harts",
    ],
    [
      "a network, with which no run could be repeated",
      good.replace("  ram: 16M", "  network: user\n  ram: 16M"),
      "a.yaml:6:3: machine.network is not a known field",
    ],
    [
      "a bad pattern",
      good.replace("expect: hello", "expect: '('"),
      "a.yaml:15:5: steps[0].expect is not a regular expression",
    ],
    [
      "an artefact that nobody hands in",
      good.replace("submission: kernel", "submission: kernal"),
      "a.yaml:8:13: machine.kernel.submission kernal is not listed under artefacts",
    ],
    [
      "a step without deadline",
      good.replace("    within: 1.5M\n", ""),
      "a.yaml:14:5: steps[0].within is missing",
    ],
    [
      "a path out of the folder",
      good.replace("submission: kernel", "file: ../secret"),
      "a.yaml:8:13: machine.kernel.file must be a path inside the assignment's folder",
    ],
    [
      "an exit code that is not last",
      good.replace("- name: Greets", "- { name: x, exit-code: 0, within: 1 }\n  - name: Greets"),
      "a.yaml:14:5: steps[0] exit-code must be the last step",
    ],
    [
      "an assertion on exits that the monitor causes",
      good.replace(
        "- { name: Stops",
        '- { assert: { exits: { memory.cow: "< 3" } } }\n  - { name: Stops',
      ),
      "a.yaml:18:26: steps[1].assert.exits.memory.cow is no exit that a guest causes; those are csr,",
    ],
    [
      "an assertion that is no comparison",
      good.replace(
        "- { name: Stops",
        "- { assert: { exits: { csr: about 3 } } }\n  - { name: Stops",
      ),
      "a.yaml:18:26: steps[1].assert.exits.csr must be a comparison with a whole number, for example",
    ],
    [
      "an assertion since a step that comes later",
      good.replace(
        "- { name: Stops",
        '- { assert: { exits: { csr: "< 3" }, since: Stops } }\n  - { name: Stops',
      ),
      'a.yaml:18:40: steps[1].assert.since names no step before it: "Stops"',
    ],
    [
      "an assertion that waits",
      good.replace(
        "- { name: Stops",
        '- { assert: { exits: { csr: "< 3" } }, within: 1M }\n  - { name: Stops',
      ),
      "a.yaml:18:42: steps[1].within belongs to expect and exit-code only: an assertion does not wait",
    ],
    [
      "a key given twice",
      good.replace("title:", "name: again\ntitle:"),
      "a.yaml:2:1: Map keys must be unique",
    ],
    ["broken YAML", "name: [", "a.yaml:1:8:"],
    ["an empty file", "", "a.yaml:1:1:"],
  ])("names file, line, column and field of %s", (_case, text, message) => {
    expect(faultsOf(text)).toContain(message);
  });

  test("reports every fault at once", () => {
    const text = good.replace("ram: 16M", "ram: x").replace("points: 3", "points: -1");
    expect(faultsOf(text).split("\n")).toHaveLength(2);
  });

  test("refuses any text with an AssignmentError or accepts it, and never fails otherwise", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), mutated()), (text) => {
        faultsOf(text);
      }),
    );
  });
});

function mutated() {
  return fc
    .tuple(fc.nat(good.length), fc.nat(20), fc.string({ maxLength: 8 }))
    .map(([start, length, piece]) => good.slice(0, start) + piece + good.slice(start + length));
}
