import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const setup = fileURLToPath(new URL("../../scripts/setup.mjs", import.meta.url));

/** Runs the set-up where no program is found, so that it can install nothing either. */
function setUpOnBareMachine(purpose: string, environment: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [setup, "--for", purpose], {
    encoding: "utf8",
    env: { PATH: "/nowhere", ...environment },
  });
  return { status, output: stdout + stderr };
}

test("where nothing can be installed, one sentence says what is missing and for what", () => {
  const { status, output } = setUpOnBareMachine("setup");
  expect(status).toBe(1);
  expect(output).toBe(
    "setup: there is no apt-get here; install redis-server (job queue) with the system's " +
      "package manager, or set REDIS_URL to a running Redis.\n",
  );
});

test("a Redis that runs elsewhere makes a local one unnecessary", () => {
  const { status } = setUpOnBareMachine("setup", { REDIS_URL: "redis://127.0.0.1:6379" });
  expect(status).toBe(0);
});

test("a second set-up says and does nothing", () => {
  expect(setUpOnBareMachine("check")).toEqual({ status: 0, output: "" });
});

test("an unknown purpose is refused with the known ones", () => {
  expect(setUpOnBareMachine("holidays").output).toMatch(/^setup: usage: .*check\|setup\|demo/);
});
