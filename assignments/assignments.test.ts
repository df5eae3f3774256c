import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { linuxCommandLine } from "../deploy/images/linux/linux-command-line.ts";
import { parseAssignment } from "../shared/schema/parse-assignment.ts";

const folders = readdirSync(new URL(".", import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

function read(folder: string) {
  const file = new URL(`${folder}/assignment.yaml`, import.meta.url);
  return parseAssignment(readFileSync(file, "utf8"), `${folder}/assignment.yaml`);
}

describe.each(folders)("the assignment %s", (folder) => {
  test("is valid and named as its folder", () => {
    expect(read(folder).name).toBe(folder);
  });

  test("tells its students about each graded step", () => {
    const readme = new URL(`${folder}/README.md`, import.meta.url);
    expect(existsSync(readme)).toBe(true);
    const rows = readFileSync(readme, "utf8").match(/^\| .* \| \d+ \|$/gm) ?? [];
    const points = read(folder).steps.filter((step) => step.points > 0);
    expect(rows.map((row) => Number(/(\d+) \|$/.exec(row)?.[1]))).toEqual(
      points.map((step) => step.points),
    );
  });
});

test("linux-boot starts the kernel as the image was measured and documented", () => {
  expect(read("linux-boot").machine["command-line"]).toBe(linuxCommandLine);
  const readme = readFileSync(new URL("linux-boot/README.md", import.meta.url), "utf8");
  expect(readme).toContain(linuxCommandLine);
});
