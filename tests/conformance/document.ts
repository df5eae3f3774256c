import { instructionTable } from "../../workers/vmm/isa/table.ts";
import { knownDeviations } from "../differential/known-deviations.ts";
import { booted } from "./booted.ts";
import { extensions } from "./extensions.ts";
import { platform } from "./platform.ts";
import { proofs } from "./proofs.ts";

/** The text of docs/conformance.md, from the tests' own lists; no figures that vary between runs. */
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
  const qemu = ways.find(({ name }) => name === "QEMU 7.2");
  const missing = owned
    .map(({ name, mnemonics }) => ({
      name,
      left: mnemonics.filter((one) => !qemu?.covered.has(one)),
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
    "Not compared with QEMU 7.2: it does not know them or has them wrong, or they only say something",
    "about memory or waiting; own names for special cases of an instruction are not looked for.",
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
  const lines = booted.map(({ name, harts, test }) => [name, harts, `\`${test}\``]);
  return ["## Guests that boot", "", ...table(["guest", "harts", "test"], lines), ""];
}

function deviationSection(): string[] {
  return [
    "## Where we differ from QEMU 7.2 on purpose",
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
