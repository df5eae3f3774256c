import { describe, expect, test } from "vitest";
import { parseAssignment } from "../../shared/schema/parse-assignment.ts";
import { toGradescope } from "../../shared/schema/to-gradescope.ts";
import type { ConsoleStepReport } from "../vmm/mod.ts";
import { gradeRun } from "./grade-run.ts";
import type { RunReport } from "./thread/thread-protocol.ts";

const assignment = parseAssignment(
  `name: a
title: A
machine: { ram: 16M, firmware: none, kernel: { file: k } }
limits: { instructions: 1G }
steps:
  - { name: Boots, expect: up, within: 1M, points: 0.1 }
  - { send: "x" }
  - { name: Works, expect: fine, within: 1M, points: 0.2, visibility: hidden }
  - { name: Stops, exit-code: 0, within: 1M, points: 0.3 }
`,
  "a.yaml",
);

const step = (state: ConsoleStepReport["state"], sentence = ""): ConsoleStepReport => ({
  state,
  sentence,
  waitedFor: "something",
});
const report = (part: Partial<RunReport>): RunReport => ({
  end: { kind: "completed" },
  steps: [step("passed"), step("passed"), step("passed"), step("passed")],
  instructions: 7,
  exits: { wfi: 1 },
  consoleBytes: 3,
  recentOutput: "",
  ...part,
});
const circumstances = { epoch: 1, worker: "w", runtime: "deno", elapsed: 12.6 };

describe("gradeRun", () => {
  test("gives all points, without the dust of binary fractions, when every step succeeded", () => {
    const result = gradeRun(assignment, report({}), circumstances);
    expect(result).toMatchObject({ score: 0.6, maxScore: 0.6, elapsed: 13 });
    expect(result.summary).toBe("Every step succeeded. 0.6 of 0.6 points.");
  });

  test("keeps the points before a failed step and repeats its sentence", () => {
    const steps = [step("passed"), step("passed"), step("passed"), step("failed", "Waited.")];
    const result = gradeRun(
      assignment,
      report({ end: { kind: "step-failed" }, steps }),
      circumstances,
    );
    expect(result.score).toBe(0.3);
    expect(result.summary).toBe(
      '"Stops" failed: Waited. 2 earlier steps succeeded. 0.3 of 0.6 points.',
    );
  });

  test("does not tell what a hidden step looks for", () => {
    const steps = [step("passed"), step("passed"), step("failed", "Waited for fine.")];
    const result = gradeRun(
      assignment,
      report({ end: { kind: "step-failed" }, steps }),
      circumstances,
    );
    expect(result.summary).toBe(
      "A hidden step failed. 1 earlier step succeeded. 0.1 of 0.6 points.",
    );
    expect(result.steps[3]).toMatchObject({ state: "not-reached", earned: 0 });
    const gradescope = toGradescope(result);
    expect(gradescope.stdout_visibility).toBe("hidden");
    expect(gradescope.tests[1]).toMatchObject({ visibility: "hidden", status: "failed" });
  });

  test("says why a machine could not start and what to do about it", () => {
    const end = { kind: "bad-image", message: "No ELF.", hint: "Hand in an ELF." } as const;
    const result = gradeRun(assignment, report({ end, steps: [] }), circumstances);
    expect(result.summary).toBe(
      "The machine could not start: No ELF. Hand in an ELF. 0 of 0.6 points.",
    );
  });
});

describe("toGradescope", () => {
  test("lists the steps with points, and the last console lines with the one that failed", () => {
    const steps = [step("passed", "Saw."), step("passed"), step("failed", "Waited.")];
    const recentOutput = "\u001b[1mone\u001b[0m\r\n\r\ntwo\r\n";
    const gradescope = toGradescope(
      gradeRun(
        assignment,
        report({ end: { kind: "step-failed" }, steps, recentOutput }),
        circumstances,
      ),
    );
    expect(gradescope).toMatchObject({ score: 0.1, execution_time: 0.013, output_format: "text" });
    expect(gradescope.tests.map(({ name, output }) => [name, output])).toEqual([
      ["Boots", "Saw."],
      ["Works", "Waited.\n\nLast console lines:\none\ntwo"],
      ["Stops", "Not reached: the machine did not start."],
    ]);
  });
});
