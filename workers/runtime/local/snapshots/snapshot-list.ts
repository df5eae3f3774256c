import { Failure } from "../../../vmm/mod.ts";
import { peekAbout } from "./local-sections.ts";
import { readBeginning, type SnapshotEntry } from "./snapshot-folder.ts";

/** `info snapshots` in QEMU's form, with the folder in place of the disks. */
export function snapshotList(entries: readonly SnapshotEntry[]): string {
  if (entries.length === 0) return "There is no snapshot available.\n";
  const rows = entries.map(({ file, name, bytes, savedAt }) => {
    const about = aboutOf(file);
    const clock = about === undefined ? "damaged" : guestTime(about.now);
    const count = about === undefined ? "" : String(about.instructions);
    return row("--", name, size(bytes), date(savedAt), clock, count);
  });
  const head = row("ID", "TAG", "VM SIZE", "DATE", "VM CLOCK", "ICOUNT");
  return `List of snapshots present on all disks:\n${head}${rows.join("")}`;
}

function row(id: string, tag: string, bytes: string, when: string, clock: string, count: string) {
  const text = `${id.padEnd(10)}${tag.padEnd(17)}${bytes.padStart(8)} ${when.padStart(20)} ${clock.padStart(13)} ${count.padStart(14)}`;
  return `${text.trimEnd()}\n`;
}

function aboutOf(file: string) {
  try {
    return peekAbout(readBeginning(file));
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

function size(bytes: number): string {
  return bytes < 2 ** 20 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/** As QEMU: local time, to the second. */
function date(milliseconds: number): string {
  const when = new Date(milliseconds);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = [when.getFullYear(), two(when.getMonth() + 1), two(when.getDate())].join("-");
  return `${day} ${[when.getHours(), when.getMinutes(), when.getSeconds()].map(two).join(":")}`;
}

/** Hours, minutes, seconds and milliseconds since power-on. */
function guestTime(nanoseconds: number): string {
  const milliseconds = Math.floor(nanoseconds / 1e6);
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const [seconds, rest] = [Math.floor(milliseconds / 1000), milliseconds % 1000];
  return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}.${String(rest).padStart(3, "0")}`;
}
