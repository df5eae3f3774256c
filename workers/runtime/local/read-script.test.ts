import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readScript } from "./read-script.ts";

const folder = mkdtempSync(join(tmpdir(), "script-"));
afterAll(() => rmSync(folder, { recursive: true }));

function script(text: string) {
  const file = join(folder, "steps.yaml");
  writeFileSync(file, text);
  return readScript(file);
}

const steps = `
- expect: "login: $"
  within: 2G
- send: "root\\n"
- exit-code: 0
  within: 500M
`;

const parsed = [
  { kind: "expect", pattern: "login: $", within: 2_000_000_000 },
  { kind: "send", text: "root\n" },
  { kind: "exit-code", code: 0, within: 500_000_000 },
];

test("a list of steps is read in the form of an assignment's steps", () => {
  expect(script(steps)).toEqual(parsed);
});

test("a whole assignment may stand in for its steps", () => {
  expect(script(`name: x\nsteps:${steps.replaceAll("\n", "\n  ")}`)).toEqual(parsed);
});

test.each([
  ["- expect: a", "within"],
  ["- expcet: a", "expcet"],
  ["- expect: '('\n  within: 5", "regular expression"],
  ["just text", ""],
  ["- [", ""],
  ["", ""],
])("%j is refused with a Failure that says where", (text, part) => {
  expect(() => script(text)).toThrowError(
    expect.objectContaining({
      name: "Failure",
      code: "script-malformed",
      message: expect.stringContaining(part),
    }),
  );
});

test("a script that is not there is refused with its path", () => {
  expect(() => readScript(join(folder, "missing.yaml"))).toThrowError("missing.yaml");
});
