import { readFileSync } from "node:fs";

/** What a living process occupies of this machine's memory, in MiB; see proc_pid_status(5). */
export interface Resident {
  readonly now: number;
  readonly most: number;
}

/** @returns undefined where the system has no `/proc` */
export function residentOf(pid: number | "self"): Resident | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const mebibytes = (field: string) =>
      Number(new RegExp(`^${field}:\\s*(\\d+) kB$`, "m").exec(status)?.[1]) / 1024;
    return { now: mebibytes("VmRSS"), most: mebibytes("VmHWM") };
  } catch {
    return undefined;
  }
}
