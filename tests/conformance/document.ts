import { instructionTable } from "../../workers/vmm/isa/table.ts";
import { knownDeviations } from "../differential/known-deviations.ts";
import { measurementKey, readBootMeasurements } from "./boot-measurements.ts";
import { booted } from "./booted.ts";
import { extensions } from "./extensions.ts";
import { platform } from "./platform.ts";
import { proofs } from "./proofs.ts";

/** The text of docs/conformance.md, from the tests' own lists and the last measurement. */
export function conformanceDocument(): string {
  return [
    "# Conformance",
    "",
    "What the hart and the machine are, and what proves it. This file is generated from the lists",
    "that the tests use: `npm run conformance` writes it, and a test fails when it is out of date.",
    "",
    ...instructionSection(),
    ...platformSection(),
    ...bootedSection(),
    ...deviationSection(),
  ].join("\n");
}

function instructionSection(): string[] {
  const ways = proofs();
  const owned = extensions();
  const lines = owned.map(({ name, mnemonics }) => [
    name,
    String(mnemonics.length),
    ...ways.map(({ covered }) => share(mnemonics.filter((one) => covered.has(one)).length)),
  ]);
  const inQemu = ways.filter(({ name }) => name.startsWith("QEMU"));
  const missing = owned
    .map(({ name, mnemonics }) => ({
      name,
      left: mnemonics.filter((one) => !inQemu.some(({ covered }) => covered.has(one))),
    }))
    .filter(({ left }) => left.length > 0);
  return [
    "## Instructions",
    "",
    `${instructionTable.length} instructions of 32 bits, and their compressed forms and own names for special cases.`,
    "A column says how many of an extension's instructions are proven in that way:",
    "",
    ...ways.map(({ name, explanation }) => `- **${name}**: ${explanation}.`),
    "",
    ...table(["extension", "instructions", ...ways.map(({ name }) => name)], lines),
    "",
    "Not compared with QEMU: own names for special cases of an instruction are not looked for.",
    "",
    ...missing.map(({ name, left }) => `- ${name}: ${left.map((one) => `\`${one}\``).join(", ")}`),
    "",
  ];
}

function share(count: number): string {
  return count === 0 ? "–" : String(count);
}

function platformSection(): string[] {
  const lines = platform.map(({ name, tests }) => [
    name,
    tests.map((file) => `\`${file}\``).join(", "),
  ]);
  return ["## Architecture and machine", "", ...table(["part", "proven by"], lines), ""];
}

function bootedSection(): string[] {
  const { facts, rounds, boots } = readBootMeasurements();
  const lines = booted.map((guest) => {
    const { instructions, ourSeconds, qemuSeconds } = boots[measurementKey(guest)] ?? {};
    return [
      guest.name,
      String(guest.harts),
      instructions?.toLocaleString("en-US") ?? "–",
      ourSeconds?.toFixed(1) ?? "–",
      qemuSeconds?.toFixed(1) ?? "–",
      `\`${guest.test}\``,
    ];
  });
  return [
    "## Guests that boot",
    "",
    "Each to its end, which is power-off. Instructions are those that our machine retires, all harts",
    `together, the same in every run; seconds are from the emulator's start to its end, medians of ${rounds}`,
    "runs (`npm run conformance -- --measure`; versions of Debian's packages may change them). Without",
    "`-bios`, QEMU starts its own OpenSBI where we have our own SBI. `hello-broken` is the one that never",
    "ends, on purpose: it is what the demo fails.",
    "",
    "```",
    ...facts,
    "```",
    "",
    ...table(["guest", "harts", "instructions", "ours, s", "QEMU, s", "test"], lines),
    "",
  ];
}

function deviationSection(): string[] {
  return [
    "## Where we differ from QEMU on purpose",
    "",
    ...knownDeviations.flatMap(({ name, ours, qemu, manual }) => [
      `- **${name}**`,
      `  - ours: ${ours}`,
      `  - QEMU: ${qemu}`,
      `  - manual: ${manual}`,
    ]),
    "",
  ];
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string[] {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [row(head), row(head.map(() => "---")), ...lines.map(row)];
}
