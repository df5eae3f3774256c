/**
 * Child process of the rows about one worker: `node tests/bench/worker/main.ts many-vms FOLDER` (or one
 * of the others below), under Node or Deno. Prints the figures as one line of JSON. The folder is the
 * same for all processes of a row.
 */
/** Only what is asked for is loaded: some of these measure the memory of their process. */
const benches: Readonly<Record<string, (folder: string) => Promise<unknown>>> = {
  "many-vms": async () => (await import("./many-vms.ts")).manyVms(),
  "short-vms": async () => (await import("./short-vms.ts")).shortVms(),
  "own-code-vms": async () => (await import("./own-code-vms.ts")).ownCodeVms(),
  "pool-vms": async () => (await import("./pool-vms.ts")).poolVms(),
  "pool-short-vms": async () => (await import("./pool-short-vms.ts")).poolShortVms(),
  "linux-memory": async () => (await import("./linux-memory.ts")).linuxMemory(),
  "linux-boots": async () => (await import("./linux-boots.ts")).linuxBoots(),
  migrations: async () => (await import("../moves/migrations.ts")).migrations(),
  tracing: async () => (await import("../moves/tracing.ts")).tracing(),
  checkpoints: async () => (await import("../moves/checkpoints.ts")).checkpoints(),
  "templates-here": async (folder) => (await import("./templates.ts")).templatesHere(folder),
  "template-stored": async (folder) =>
    (await import("./template-stored.ts")).templateStored(folder),
  "template-clones": async (folder) =>
    (await import("./template-clones.ts")).templateClones(folder),
  "gdb-steps": async () => (await import("./gdb-steps.ts")).gdbSteps(),
};

const [name = "", folder = ""] = process.argv.slice(2);
const bench = benches[name];
if (bench === undefined) throw new Error(`there is no '${name}': ${Object.keys(benches)}`);
console.log(JSON.stringify(await bench(folder)));
// What was left of other processes must not keep this one.
process.exit(0);
