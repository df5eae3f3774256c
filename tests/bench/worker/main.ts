/**
 * Child process of the rows about one worker: `node tests/bench/worker/main.ts many-vms` (or
 * `short-vms`, `linux-memory`), under Node or Deno. Prints the figures as one line of JSON.
 */
import { linuxMemory } from "./linux-memory.ts";
import { manyVms } from "./many-vms.ts";
import { shortVms } from "./short-vms.ts";

const benches: Readonly<Record<string, () => unknown>> = {
  "many-vms": manyVms,
  "short-vms": shortVms,
  "linux-memory": linuxMemory,
};

const name = process.argv[2] ?? "";
const bench = benches[name];
if (bench === undefined) throw new Error(`there is no '${name}': ${Object.keys(benches)}`);
console.log(JSON.stringify(await bench()));
