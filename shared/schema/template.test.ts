import { describe, expect, test } from "vitest";
import { AssignmentError } from "./assignment-error.ts";
import { parseAssignment } from "./parse-assignment.ts";
import { templateSteps } from "./template.ts";

const good = `name: script
title: A script
artefacts:
  - { name: answer, max-bytes: 4K }
machine:
  ram: 64M
  firmware: sbi
  kernel: { image: linux }
  disks:
    - { name: answer, slot: 0, source: { submission: answer }, size: 8K }
limits: { instructions: 2G }
template: { after: Is up }
steps:
  - { expect: version, within: 1G }
  - { name: Is up, expect: "# ", within: 1G, points: 1 }
  - { send: "sh /dev/vda" }
  - { name: Answers, expect: "42", within: 1M, points: 3 }
`;

function faultsOf(text: string): string {
  try {
    parseAssignment(text, "a.yaml");
  } catch (error) {
    if (error instanceof AssignmentError) return error.message;
    throw error;
  }
  return "no fault";
}

describe("the template of an assignment", () => {
  test("ends with the step that it names", () => {
    expect(templateSteps(parseAssignment(good, "a.yaml"))).toBe(2);
    expect(
      templateSteps(parseAssignment(good.replace(/template.*\n/, ""), "a.yaml")),
    ).toBeUndefined();
  });

  test.each([
    ["after: Is up", "after: Up", 'names no step: there is no step called "Up"'],
    ["- { expect: version", "- { name: Is up, expect: version", "is the name of 2 steps"],
    ["after: Is up", "after: Answers", "names the last step"],
    ["kernel: { image: linux }", "kernel: { submission: answer }", "has booted before answer"],
    ["  disks:", "  initrd: { submission: answer }\n  disks:", "has booted before answer"],
    [", size: 8K", "", "has the same size for everybody"],
    ["max-bytes: 4K", "max-bytes: 4K, optional: true", "answer must not be optional"],
    ["size: 8K", "size: 2K", "is too small: artefact answer may have 4096 bytes"],
    ["size: 8K", "size: 5000", "whole number of sectors"],
    ["source: { submission: answer }", "source: { image: linux }", "handed in only"],
  ])("is refused with a sentence that says why: %s → %s", (from, to, sentence) => {
    expect(faultsOf(good)).toBe("no fault");
    expect(faultsOf(good.replace(from, to))).toContain(sentence);
  });

  test("cannot end with a step that sends", () => {
    const sends = good.replace("- { send:", "- { name: Types, send:").replace("Is up }", "Types }");
    expect(faultsOf(sends)).toContain("must name a step that waits for output");
  });
});
