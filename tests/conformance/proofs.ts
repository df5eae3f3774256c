import { aliasTable, compressedTable, instructionTable } from "../../workers/vmm/isa/table.ts";
import { addedItems } from "../differential/added-items.ts";
import { nativeRows } from "../differential/float/native-rows.ts";
import { machineModeRound } from "../differential/machine-mode.ts";
import { privilegedModesRound } from "../differential/privileged-modes.ts";
import type { AnyProgram } from "../differential/suite.ts";
import { bitDefinitions } from "../support/bit-definitions.ts";
import { integerDefinitions } from "../support/integer-definitions.ts";

/** One way of proving instructions, and those that it covers. */
export interface Proof {
  readonly name: string;
  readonly explanation: string;
  readonly covered: ReadonlySet<string>;
}

/** What soft-float.test.ts computes by exact rational arithmetic, for all formats. */
const exactArithmetic = new RegExp(
  [
    "^f(add|sub|mul|div|sqrt|n?m(add|sub)|min|max|minm|maxm|eq|lt|le|ltq|leq|class",
    "|cvt|cvtmod|round|roundnx)\\.",
  ].join(""),
);

export function proofs(): readonly Proof[] {
  const rows = [...instructionTable, ...compressedTable].map(({ mnemonic }) => mnemonic);
  const machineMode = machineModeRound(1).programs;
  const privileged = privilegedModesRound(1).programs;
  const younger = machineModeRound(1, addedItems).programs;
  const defined = [...Object.values(integerDefinitions), ...Object.values(bitDefinitions)];
  return [
    {
      name: "definition",
      explanation:
        "property tests against the manual's definition over unbounded integers " +
        "(`workers/vmm/isa/integer-semantics.test.ts`, `bit-manipulation.test.ts`)",
      covered: new Set(defined.flatMap((table) => Object.keys(table))),
    },
    {
      name: "oracle",
      explanation:
        "results and flags by exact rational arithmetic, all classes of operands and random ones in " +
        "all rounding modes (`workers/vmm/hart/float/soft-float.test.ts`)",
      covered: new Set(rows.filter((name) => exactArithmetic.test(name))),
    },
    {
      name: "host",
      explanation:
        "more than ten million cases by the host's own arithmetic: results and flags in all rounding " +
        "modes, by the fast loop and by exact steps (`tests/differential/float`)",
      covered: new Set(nativeRows.map(({ mnemonic }) => mnemonic)),
    },
    {
      name: "fast = exact",
      explanation:
        "the fast loop against single steps by exact semantics, random programs drawn from all rows " +
        "(`workers/vmm/interpreter/fast-exact.test.ts`)",
      covered: new Set(rows),
    },
    {
      name: "QEMU 7.2",
      explanation:
        `${machineMode.length} random programs in M-mode and ${privileged.length} in all modes for ` +
        "each seed, which end in the same state as in QEMU by the fast loop and by exact steps " +
        "(`tests/differential`); counted are the instructions that the generators wrote for seed 1",
      covered: usedBy([...machineMode, ...privileged]),
    },
    {
      name: "QEMU 10",
      explanation:
        "the same with Debian 13's QEMU and programs of younger extensions " +
        "(`tests/differential/added-extensions.test.ts`, `npm run fuzz -- --qemu newer`)",
      covered: usedBy([...younger, ...privileged]),
    },
    {
      name: "round trip",
      explanation:
        "decoded and encoded, disassembled and assembled without loss " +
        "(`workers/vmm/isa/round-trip.test.ts`)",
      covered: new Set([...rows, ...aliasTable.map(({ mnemonic }) => mnemonic)]),
    },
  ];
}

/** What is written in the programs; random bits and the harness around them do not count. */
function usedBy(programs: readonly AnyProgram[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const line of programs.flatMap(({ items }) => items).flat()) {
    if (line.kind === "instruction" || line.kind === "transfer") names.add(line.mnemonic);
    if (line.kind === "address") names.add("auipc").add("addi");
  }
  return names;
}
