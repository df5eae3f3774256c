/** What is different between two snapshots, for a person; nothing where nothing is. */
import { nativeChecksum } from "../../../workers/host/native-checksum.ts";
import {
  readSnapshotFile,
  type SnapshotEntry,
} from "../../../workers/runtime/local/snapshots/snapshot-folder.ts";
import { type OpenSnapshot, openSnapshot, pageHash } from "../../../workers/vmm/mod.ts";
import { grouped, mebibytes, ranges, seconds } from "./amounts.ts";

const mostLines = 40;
const mostRanges = 12;
const pageBytes = 4096;

/** @throws Failure as `openSnapshot` */
export function diffSnapshots(a: SnapshotEntry, b: SnapshotEntry): string {
  const [one, other] = [a, b].map(({ file }) =>
    openSnapshot(readSnapshotFile(file), { checksum: nativeChecksum }),
  ) as [OpenSnapshot, OpenSnapshot];
  const parts: [string, string[]][] = [
    ["machine", differences(one.state.hardware, other.state.hardware)],
    ["time", clocks(one, other)],
    ...one.state.harts.map((hart, index): [string, string[]] => [
      `hart ${index}`,
      differences(hart.registers, other.state.harts[index]?.registers),
    ]),
    ["schedule", differences(one.state.schedule, other.state.schedule)],
    ["alarms", differences(one.state.events, other.state.events)],
    ["devices", differences(one.state.devices, other.state.devices)],
    ["RAM", pages(one, other)],
  ];
  const lines = parts.flatMap(([label, all]) => {
    const rest = all.length - mostLines;
    const shown = [...all.slice(0, mostLines), ...(rest > 0 ? [`and ${rest} more`] : [])];
    return shown.map((text, i) => `${(i === 0 ? label : "").padEnd(10)}${text}\n`);
  });
  return lines.join("");
}

function clocks({ state: a }: OpenSnapshot, { state: b }: OpenSnapshot): string[] {
  const [time, steps] = [b.clock.now - a.clock.now, b.clock.steps - a.clock.steps];
  if (time === 0 && steps === 0) return [];
  const sign = (value: number) => (value < 0 ? "-" : "+");
  return [
    `${sign(time)}${seconds(Math.abs(time))}, ${sign(steps)}${grouped(Math.abs(steps))} steps`,
  ];
}

/** Every leaf that differs, as `path: before → after`. */
function differences(a: unknown, b: unknown, path = ""): string[] {
  if (isTree(a) && isTree(b)) {
    const names = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...names].flatMap((name) =>
      differences(a[name], b[name], path === "" ? name : `${path}.${name}`),
    );
  }
  const [before, after] = [show(a), show(b)];
  return before === after ? [] : [`${path}: ${before} → ${after}`];
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !(value instanceof Uint8Array);
}

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (!(value instanceof Uint8Array)) return JSON.stringify(value) ?? String(value);
  const start = Buffer.from(value.subarray(0, 16)).toString("hex");
  return `${value.length} bytes ${start}${value.length > 16 ? "…" : ""}`;
}

function pages(one: OpenSnapshot, other: OpenSnapshot): string[] {
  const [before, after] = [hashesOf(one), hashesOf(other)];
  const all = [...new Set([...before.keys(), ...after.keys()])].sort((a, b) => a - b);
  const groups = {
    changed: all.filter(
      (page) => before.has(page) && after.has(page) && before.get(page) !== after.get(page),
    ),
    new: all.filter((page) => !before.has(page)),
    gone: all.filter((page) => !after.has(page)),
  };
  return Object.entries(groups)
    .filter(([, list]) => list.length > 0)
    .map(([what, list]) => {
      const amount = `${grouped(list.length)} pages (${mebibytes(list.length * pageBytes)})`;
      return `${amount} ${what}: ${ranges(list, mostRanges)}`;
    });
}

function hashesOf({ manifest }: OpenSnapshot): Map<number, string> {
  const entries = [...manifest.pages].map(
    (page, index) => [page, Buffer.from(pageHash(manifest, index)).toString("hex")] as const,
  );
  return new Map(entries);
}
