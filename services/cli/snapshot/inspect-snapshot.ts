/** What is in a snapshot, for a person. */
import { nativeChecksum } from "../../../workers/host/native-checksum.ts";
import { decodeLocal } from "../../../workers/runtime/local/snapshots/local-sections.ts";
import {
  readSnapshotFile,
  type SnapshotEntry,
} from "../../../workers/runtime/local/snapshots/snapshot-folder.ts";
import { type MachineState, openSnapshot } from "../../../workers/vmm/mod.ts";
import { grouped, mebibytes, seconds } from "./amounts.ts";
import { describeMachine } from "./describe-machine.ts";

const privileges: Readonly<Record<string, string>> = { 0: "user", 1: "supervisor", 3: "machine" };
const pageBytes = 4096;
const hashBytes = 32;

/** @throws Failure as `openSnapshot` */
export function inspectSnapshot(entry: SnapshotEntry): string {
  const { version, state, manifest, sections } = openSnapshot(readSnapshotFile(entry.file), {
    checksum: nativeChecksum,
  });
  const { pages, hashes, readZeros } = manifest;
  const distinct = new Set([...pages.keys()].map((i) => hexOf(hashes, i))).size;
  const local = sections.has("about") ? decodeLocal(sections) : undefined;
  const saved = new Date(local?.about.savedAt ?? entry.savedAt).toISOString();
  const { clock } = state;
  const rows: [string, readonly string[]][] = [
    ["machine", describeMachine(state.hardware)],
    ["time", [`${seconds(clock.now)} since power-on, ${grouped(clock.steps)} steps`]],
    ["harts", state.harts.map((_, hart) => describeHart(state, hart))],
    [
      "RAM",
      [
        `${grouped(pages.length)} pages (${mebibytes(pages.length * pageBytes)}), ` +
          `${grouped(distinct)} of them different (${mebibytes(distinct * pageBytes)}); ` +
          `${grouped(readZeros.length)} more were read and never written`,
      ],
    ],
    ["code", [`${grouped(state.code.pages.length / 4)} pages have been executed and are decoded`]],
    ["alarms", alarms(state)],
    ["disks", (local?.disks ?? []).map(describeDisk)],
    ["script", local?.script ? [describeScript(local.script)] : []],
    ["ended", state.ended ? [state.ended.kind] : []],
    [
      "sections",
      [[...sections].map(([name, { length }]) => `${name} ${grouped(length)}`).join(", ")],
    ],
  ];
  const lines = rows.flatMap(([label, texts]) =>
    texts.map((text, i) => `  ${(i === 0 ? label : "").padEnd(10)}${text}`),
  );
  return `${entry.file}: format ${version}, saved ${saved}\n${lines.join("\n")}\n`;
}

function describeHart({ harts, schedule, started }: MachineState, hart: number): string {
  const { registers = {} } = harts[hart] ?? {};
  const mode = privileges[registers.privilege ?? ""] ?? "?";
  const isWaiting = schedule.waiting[hart] === true;
  const doing = started[hart] === "stopped" ? "stopped" : isWaiting ? "waiting" : "running";
  return `${hart}: ${doing} in ${mode} mode at pc ${registers.pc}, satp ${registers.satp}`;
}

function alarms({ events, clock }: MachineState): string[] {
  const armed = Object.entries(events).sort(([, a], [, b]) => a - b);
  return armed.map(([name, at]) => `${name} in ${grouped(Math.max(0, at - clock.now))} ns`);
}

function describeDisk(disk: ReturnType<typeof decodeLocal>["disks"][number]): string {
  const { name, bytes, written } = disk;
  const changes = written === undefined ? "read-only" : `${grouped(written.length)} pages written`;
  return `"${name}": ${mebibytes(bytes)}, ${changes}`;
}

function describeScript({
  steps,
  state,
}: {
  steps: number;
  state: { reports: readonly unknown[] };
}) {
  return `${state.reports.length} of ${steps} steps are done`;
}

function hexOf(hashes: Uint8Array, index: number): string {
  return Buffer.from(hashes.subarray(index * hashBytes, (index + 1) * hashBytes)).toString("hex");
}
