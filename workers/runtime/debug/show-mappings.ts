import type { DebugPort } from "../../vmm/mod.ts";

const letters = "vrwxugad";
const mostLines = 4096;

/** What a hart's page table maps, neighbours as one line, in the form of QEMU's `info mem`. */
export function showMappings(debug: DebugPort, hart: number): string {
  const lines: string[] = [];
  for (const { address, physical, bytes, flags } of debug.mappings(hart)) {
    if (lines.length === mostLines) {
      lines.push("…");
      break;
    }
    const words = [...letters.slice(1)].map((letter, bit) => (flags & (2 << bit) ? letter : "-"));
    lines.push([hex(address), hex(physical), hex(bytes), words.join("")].join(" "));
  }
  if (lines.length === 0) return "No translation or protection\n";
  const head = "vaddr            paddr            size             attr";
  const rule = "---------------- ---------------- ---------------- -------";
  return [head, rule, ...lines, ""].join("\n");
}

function hex(value: bigint | number): string {
  return value.toString(16).padStart(16, "0");
}
