import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** What a boot took in both emulators. */
export interface BootMeasurement {
  /** Retired in our machine from power-on to power-off, by all harts. */
  readonly instructions: number;
  /** Seconds from the start of the emulator to its end, the median of the rounds. */
  readonly ourSeconds: number;
  readonly qemuSeconds: number;
}

/** A round of measuring, kept under version control beside this file. */
export interface BootMeasurements {
  /** What the figures depend on, one line each. */
  readonly facts: readonly string[];
  readonly rounds: number;
  /** By `measurementKey`. */
  readonly boots: Readonly<Record<string, BootMeasurement>>;
}

const file = new URL("boot-measurements.json", import.meta.url);

export function readBootMeasurements(): BootMeasurements {
  if (!existsSync(file)) return { facts: [], rounds: 0, boots: {} };
  return JSON.parse(readFileSync(file, "utf8"));
}

export function writeBootMeasurements(measurements: BootMeasurements): void {
  writeFileSync(file, `${JSON.stringify(measurements, null, 2)}\n`);
}

export function measurementKey({ name, harts }: { name: string; harts: number }): string {
  return `${name}, ${harts}`;
}
