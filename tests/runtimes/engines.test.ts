/**
 * Who chooses an engine gets it, wherever it is chosen: on the command line, in an assignment, in the
 * benchmark. Which one it was is seen in what only it does: `interpret` has no module compiled but the
 * monitor's own, `trap-and-emulate` makes an exit of each access to a privileged register. Nothing
 * else may differ.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineNames } from "../../shared/schema/engine-names.ts";
import { parseAssignment } from "../../shared/schema/parse-assignment.ts";
import { compiler } from "../../workers/host/compiler.ts";
import { nativeHash } from "../../workers/host/native-hash.ts";
import { prepareRun } from "../../workers/runtime/prepare-run.ts";
import { Monitor } from "../../workers/vmm/mod.ts";
import { parseOptions } from "../bench/options.ts";
import { commandOf } from "../bench/subjects.ts";
import { elfPath } from "../guests/guests.ts";
import { recordedConsole } from "../support/run-guest.ts";

type EngineName = (typeof engineNames)[number];

/** 256,000 page faults, of which each reads and writes registers of a supervisor. */
const guest = elfPath("bench-faults");
const instructions = 20_000_000;
const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const trapline = path("../../services/cli/main.ts");
const reporter = path("./engines/report-modules.mjs");
const compiled = (says: string) => [...says.matchAll(/^compiled /gm)].length;

/** What a run has come to, and what shows by which engine. */
interface Run {
  readonly modules: number;
  readonly exits: Readonly<Record<string, number>>;
  /** A hash of the state, or what else must be the same. */
  readonly state: string;
}

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "trapline-engines-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function onCommandLine(engine: EngineName): Promise<Run> {
  const report = join(folder, `${engine}.json`);
  const words = [
    ...["--import", reporter, trapline, "qemu", "-machine", "virt", "-nographic", "-bios", "none"],
    ...["-kernel", guest, "--max-instructions", String(instructions), "--kept-code", "off"],
    ...["--engine", engine, "--hash", "--exits", report],
  ];
  // Cut off by `--max-instructions`, it ends with 124.
  const { stderr } = await promisify(execFile)("node", words).catch((failure) => failure);
  const [, state = ""] = /state hash ([0-9a-f]{64})/.exec(stderr) ?? [];
  const { exits } = JSON.parse(readFileSync(report, "utf8"));
  return { modules: compiled(stderr), exits, state };
}

const assignmentOf = (engine: string | undefined) => `name: faults
title: Has page faults
artefacts:
  - { name: kernel, description: an image, max-bytes: 64K }
machine:
  ram: 64M
  firmware: none
${engine === undefined ? "" : `  engine: ${engine}\n`}  kernel: { submission: kernel }
limits: { instructions: 100M }
steps:
  - { name: Stops, exit-code: 0, within: 50M, points: 1 }
`;

async function inAssignment(engine: EngineName | undefined): Promise<Run> {
  const assignment = parseAssignment(assignmentOf(engine), "faults/assignment.yaml");
  const [assignmentHash, kernelHash] = ["a".repeat(64), "b".repeat(64)];
  const blobs = new Map([
    [assignmentHash, new TextEncoder().encode(JSON.stringify(assignment))],
    [kernelHash, Uint8Array.from(readFileSync(guest))],
  ]);
  const job = {
    ...{ submission: "s-whicheverenginea", assignment: assignmentHash },
    images: { kernel: kernelHash, disks: {} },
  };
  const read = async (hash: string) => blobs.get(hash) ?? new Uint8Array();
  const { config } = (await prepareRun(job, { read }, true)).start;
  const monitor = Monitor.create({ compiler, memoryBytes: 256 * 2 ** 20 });
  const resources = { console: recordedConsole().sink, disks: new Map() };
  const machine = monitor.createMachine(config, resources);
  machine.run(instructions);
  const run = {
    modules: monitor.translations.modules,
    exits: machine.exitCounts(),
    state: machine.stateHash(nativeHash),
  };
  machine.dispose();
  return run;
}

/** `run-guest.ts` runs to the end, and prints what `--hash` and the exits are. */
async function inBenchmark(engine: EngineName): Promise<Run> {
  const words = [path("../bench/run-guest.ts"), guest, "--engine", engine, "--hash"];
  const { stdout, stderr } = await promisify(execFile)("node", ["--import", reporter, ...words]);
  const [, state = ""] = /^state hash ([0-9a-f]{64})$/m.exec(stdout) ?? [];
  const [, exits = ""] = stdout.split(/^exits .*\n.*\n/m);
  const counts = [...exits.matchAll(/^(\S+) +(\d+) +[\d.]+$/gm)];
  return {
    ...{ modules: compiled(stderr), state },
    exits: Object.fromEntries(counts.map(([, name, count]) => [name, Number(count)])),
  };
}

describe.each([
  { where: "on the command line", runBy: onCommandLine },
  { where: "in an assignment", runBy: inAssignment },
  { where: "in the benchmark", runBy: inBenchmark },
])("an engine that is chosen $where", ({ runBy }) => {
  const runs = new Map<EngineName, Run>();
  const of = (engine: EngineName) => runs.get(engine) as Run;
  beforeAll(async () => {
    for (const engine of engineNames) runs.set(engine, await runBy(engine));
  }, 60_000);

  test("has nothing translated where it is to interpret", () => {
    const own = runBy === inAssignment ? 0 : 1;
    expect(of("interpret").modules).toBe(own);
    expect(of("translate").modules).toBeGreaterThan(own);
    expect(of("trap-and-emulate").modules).toBeGreaterThan(own);
  });

  test("makes an exit of each privileged instruction where it is to trap and emulate, and only there", () => {
    const { privileged = 0, exception = 0 } = of("interpret").exits;
    expect(exception).toBeGreaterThan(100_000);
    expect(privileged).toBeGreaterThan(100_000);
    // The handler of a fault accesses seven registers.
    expect(of("trap-and-emulate").exits.csr).toBeGreaterThanOrEqual(7 * (exception - 1));
    expect(of("interpret").exits.csr).toBeLessThan(20);
    expect(of("translate").exits).toEqual(of("interpret").exits);
    expect({ ...of("trap-and-emulate").exits, csr: 0 }).toEqual({
      ...of("interpret").exits,
      csr: 0,
    });
  });

  test("cannot be told from the others by what the guest has come to", () => {
    expect(of("interpret").state).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(engineNames.map((engine) => of(engine).state)).size).toBe(1);
  });
});

test("an assignment that chooses none is translated", async () => {
  expect(parseAssignment(assignmentOf(undefined), "faults/assignment.yaml").machine.engine).toBe(
    "translate",
  );
  expect((await inAssignment(undefined)).modules).toBeGreaterThan(0);
});

test("the benchmark's rows are measured by the engine that it was told, under both runtimes", () => {
  const workload = { name: "none", words: () => [], sections: [] };
  for (const engine of engineNames) {
    expect(parseOptions(["--engine", engine], ["integer"]).engine).toBe(engine);
    for (const subject of ["node", "deno"] as const) {
      expect(commandOf(subject, workload, engine).words.slice(-2)).toEqual(["--engine", engine]);
    }
    expect(commandOf("qemu", workload, engine).words).not.toContain("--engine");
  }
});

describe("a name that no engine has is refused with the names that there are", () => {
  const names = new RegExp(engineNames.join(".*"));
  const refusal = async (words: readonly string[]) => {
    const failure = await promisify(execFile)("node", words).then(
      () => ({ code: 0, stderr: "" }),
      (error: { code: number; stderr: string }) => error,
    );
    return { code: failure.code, says: failure.stderr };
  };

  test("on the command line", async () => {
    const { code, says } = await refusal([trapline, "qemu", "--engine", "native"]);
    expect(code).toBe(1);
    expect(says).toContain("'native'");
    expect(says).toMatch(names);
  });

  test("in an assignment", () => {
    const parse = () => parseAssignment(assignmentOf("native"), "faults/assignment.yaml");
    expect(parse).toThrow(names);
  });

  test("in the benchmark", async () => {
    expect(() => parseOptions(["--engine", "native"], ["integer"])).toThrow(names);
    const one = await refusal([path("../bench/run-guest.ts"), guest, "--engine", "native"]);
    expect(one.code).not.toBe(0);
    expect(one.says).toMatch(names);
  });
});
