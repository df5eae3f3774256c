/**
 * `npm run overheads`: where virtualization costs time, measured: the same work of a Linux with emulated
 * and paravirtual devices, with each engine, and on the monitor's SBI and on firmware in M-mode. Prints
 * the tables of docs/overheads.md, and what telemetry costs (docs/telemetry.md).
 */
import { alignColumns } from "../../../shared/telemetry/align-columns.ts";
import { compareExits, type NamedReport } from "../../../shared/telemetry/compare-exits.ts";
import { machineFacts } from "../machine-facts.ts";
import { costOfTelemetry } from "./cost-of-telemetry.ts";
import { costOfTiming } from "./cost-of-timing.ts";
import { type Setting, workOf } from "./work-of.ts";

const usual = { engine: "translate", firmware: "sbi", harts: 1 } as const;
const processes =
  "i=0; while [ $i -lt 100 ]; do echo $i | (read n; echo $n) > /dev/null; i=$((i+1)); done";

const groups: Readonly<Record<string, Readonly<Record<string, Setting>>>> = {
  "64 KiB go out, by an emulated serial port and by a paravirtual disk": {
    UART: { ...usual, command: "head -c 65536 /dev/zero | tr '\\0' x > /dev/ttyS0; echo" },
    "virtio-blk": {
      ...usual,
      command: "head -c 65536 /dev/zero | tr '\\0' x | dd of=/dev/vda conv=fsync 2> /dev/null",
    },
  },
  "a hundred times two processes and a pipe, by engine": {
    interpret: { ...usual, engine: "interpret", command: processes },
    "trap-and-emulate": { ...usual, engine: "trap-and-emulate", command: processes },
    translate: { ...usual, command: processes },
  },
  "the same, on the monitor's SBI and on OpenSBI in M-mode": {
    "own SBI": { ...usual, command: processes },
    OpenSBI: { ...usual, firmware: "opensbi", command: processes },
  },
  "the same with two harts, whose kernel asks its firmware to interrupt the other one": {
    "own SBI": { ...usual, harts: 2, command: processes },
    OpenSBI: { ...usual, harts: 2, firmware: "opensbi", command: processes },
  },
};

console.log(machineFacts().join("\n"));
for (const [title, settings] of Object.entries(groups)) {
  const runs = Object.entries(settings).map(
    ([name, setting]): NamedReport => ({ name, report: workOf(setting) }),
  );
  console.log(`\n${title}\n\n${compareExits(runs)}`);
}

console.log("\nwhat it costs that exits are timed (medians of pairs, with and without in turns)\n");
for (const [guest, engine] of [
  ["bench-syscall", "trap-and-emulate"],
  ["bench-faults", "translate"],
  ["bench-integer", "translate"],
] as const) {
  const { ratio, exitsPerSecond } = costOfTiming(guest, engine);
  const millions = (exitsPerSecond / 1e6).toFixed(2);
  const cost = `${((ratio - 1) * 100).toFixed(1)} %`;
  console.log(`${guest}, ${engine}: ${cost} at ${millions} million exits a second`);
}

console.log(
  "\nwhat telemetry costs a submission of 500 million instructions (the least of 15, in turns)\n",
);
const costs = await costOfTelemetry();
const [off] = costs;
const change = (now: number, before = now) => {
  const percent = (now / before - 1) * 100;
  return `${now.toFixed(0)} ms (${percent < 0 ? "" : "+"}${percent.toFixed(1)} %)`;
};
const lines = costs.map(({ setting, running, processor }) => [
  ...[setting, change(running, off?.running), change(processor, off?.processor)],
]);
const heads = ["telemetry", "guest and monitor", "processor time of the worker"];
console.log(alignColumns([heads, ...lines]).join("\n"));
