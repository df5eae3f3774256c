/**
 * Child process of the rows about one worker: `node tests/bench/worker/main.ts many-vms FOLDER` (or one
 * of the others below), under Node or Deno. Prints the figures as one line of JSON. The folder is the
 * same for all processes of a row.
 */
import { checkpoints } from "../moves/checkpoints.ts";
import { migrations } from "../moves/migrations.ts";
import { tracing } from "../moves/tracing.ts";
import { gdbSteps } from "./gdb-steps.ts";
import { linuxBoots } from "./linux-boots.ts";
import { linuxMemory } from "./linux-memory.ts";
import { manyVms } from "./many-vms.ts";
import { poolShortVms } from "./pool-short-vms.ts";
import { poolVms } from "./pool-vms.ts";
import { shortVms } from "./short-vms.ts";
import { templateClones } from "./template-clones.ts";
import { templateStored } from "./template-stored.ts";
import { templatesHere } from "./templates.ts";

const benches: Readonly<Record<string, (folder: string) => unknown>> = {
  "many-vms": manyVms,
  "short-vms": shortVms,
  "pool-vms": poolVms,
  "pool-short-vms": poolShortVms,
  "linux-memory": linuxMemory,
  "linux-boots": linuxBoots,
  migrations,
  tracing,
  checkpoints,
  "templates-here": templatesHere,
  "template-stored": templateStored,
  "template-clones": templateClones,
  "gdb-steps": gdbSteps,
};

const [name = "", folder = ""] = process.argv.slice(2);
const bench = benches[name];
if (bench === undefined) throw new Error(`there is no '${name}': ${Object.keys(benches)}`);
console.log(JSON.stringify(await bench(folder)));
// What was left of other processes must not keep this one.
process.exit(0);
