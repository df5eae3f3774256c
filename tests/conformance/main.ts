/**
 * `npm run conformance`: writes docs/conformance.md from the tests' lists and the last measurement.
 * `npm run conformance -- --measure [--repeat N]`: first boots all guests here and in QEMU.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { writeBootMeasurements } from "./boot-measurements.ts";
import { conformanceDocument } from "./document.ts";
import { measureBoots } from "./measure-boots.ts";

const { values } = parseArgs({
  options: {
    measure: { type: "boolean", default: false },
    repeat: { type: "string", default: "3" },
  },
});
if (values.measure) {
  const rounds = Number(values.repeat);
  if (!Number.isSafeInteger(rounds) || rounds < 1) {
    throw new Error(`--repeat takes a whole number from 1 on, not '${values.repeat}'`);
  }
  writeBootMeasurements(await measureBoots(rounds, (line) => console.log(`conformance: ${line}`)));
}
writeFileSync(new URL("../../docs/conformance.md", import.meta.url), conformanceDocument());
