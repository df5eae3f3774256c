import { judged } from "../judged.ts";
import type { Migrations } from "./migrations.ts";
import type { MigrationFigures } from "./our-migration.ts";

const goals = { idle: 5, write: 20 } as const;
const names = { idle: "an idle Linux", write: "one that writes 64 MiB round and round" } as const;

/** The figures as lines for people, beside the goals. */
export function migrationLines(figures: Migrations): string[] {
  return (["idle", "write"] as const).flatMap((load) => {
    const { first, usual, qemu, qemuUnlimited } = figures[load];
    const isLess = (of: "total" | "bytes") => qemu === undefined || usual[of] <= qemu[of];
    return [
      judged(
        isLess("total") && isLess("bytes"),
        `${names[load]} moves: ${text(usual)}; the first time ${text(first)}`,
        "QEMU's time and bytes",
      ),
      judged(
        usual.downtime <= goals[load],
        `it stands still for ${ms(usual.downtime)}`,
        `≤ ${goals[load]} ms`,
      ),
      `      QEMU as it comes: ${qemu ? text(qemu) : "not over after 15 s"}`,
      `      QEMU without its limit: ${qemuUnlimited ? text(qemuUnlimited) : "not over after 15 s"}`,
    ];
  });
}

function text({ total, downtime, bytes, rounds, pace, cpu }: MigrationFigures): string {
  const parts = [
    `${(total / 1000).toFixed(2)} s`,
    `${(bytes / 1e6).toFixed(1)} MB`,
    `${rounds} rounds`,
    `stopped ${ms(downtime)}`,
    ...(cpu === undefined ? [] : [`processor ${(cpu / 1000).toFixed(2)} s`]),
    ...(pace === undefined ? [] : [`pace meanwhile ${(100 * pace).toFixed(0)} %`]),
  ];
  return parts.join(", ");
}

function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(0)} ms`;
}
