const units = [
  { name: "s", size: 1e9 },
  { name: "ms", size: 1e6 },
  { name: "µs", size: 1e3 },
] as const;

/** Nanoseconds in the unit that suits them, three digits: "84 ns", "1.24 µs", "310 ms". */
export function formatDuration(nanoseconds: number): string {
  const unit = units.find(({ size }) => nanoseconds >= size * 0.9995);
  if (unit === undefined) return `${Math.round(nanoseconds)} ns`;
  const value = nanoseconds / unit.size;
  const digits = Math.max(0, 2 - Math.floor(Math.log10(value * 1.0005)));
  return `${value.toFixed(digits)} ${unit.name}`;
}
