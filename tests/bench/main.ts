/**
 * `npm run bench [-- --pairs N] [--only NAME]… [--json FILE]`: our monitor under Node and Deno
 * beside QEMU on the same guests; docs/benchmarks.md says how to read the table.
 *
 * Figures are no tests: the exit status is 0 as long as everything ran.
 */
import { writeFileSync } from "node:fs";
import { goals } from "./goals.ts";
import { machineFacts } from "./machine-facts.ts";
import { measureWorkload } from "./measure-workload.ts";
import { type BenchOptions, parseOptions } from "./options.ts";
import type { Row } from "./row.ts";
import { tableOf } from "./table-of.ts";
import { workloads } from "./workloads.ts";

async function bench({ pairs, only, json }: BenchOptions): Promise<void> {
  const facts = machineFacts();
  console.log(`${facts.join("\n")}\nrounds   ${pairs}\n`);
  const rows: Row[] = [];
  for (const name of only) {
    try {
      const workload = workloads[name]?.();
      if (!workload) continue;
      rows.push(
        ...(await measureWorkload(workload, pairs, (line) => console.error(`bench: ${line}`))),
      );
    } catch (error) {
      // The other rows are worth having: only the exit status remembers.
      console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 1;
    }
  }
  console.log([tableOf(rows), ...goals(rows)].join("\n"));
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ facts, rows }, null, 2)}\n`);
}

let options: BenchOptions | undefined;
try {
  options = parseOptions(process.argv.slice(2), Object.keys(workloads));
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
if (options) await bench(options);
