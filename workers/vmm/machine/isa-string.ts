import { implementedExtensions } from "../isa/table.ts";

/** What the harts implement, as device trees say it: `rv64imafdc_zicsr_…`. */
export function isaString(): string {
  const letters = implementedExtensions.filter((name) => name.length === 1).join("");
  const rest = implementedExtensions.filter((name) => name.length > 1).join("_");
  return `rv64${letters}_${rest}`;
}
