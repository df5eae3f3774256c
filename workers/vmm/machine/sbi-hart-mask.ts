import { argument } from "./sbi-extension.ts";
import type { SbiHart } from "./sbi-ports.ts";

/**
 * The harts that `hart_mask` (`a0`) and `hart_mask_base` (`a1`) of an IPI or RFENCE call name, or
 * `undefined` when one of them does not exist. A base of -1 names all (SBI chapter 3.1).
 */
export function readHartMask(caller: SbiHart, harts: readonly SbiHart[]): SbiHart[] | undefined {
  const base = caller.x(argument.a1);
  const baseHigh = caller.xHigh(argument.a1);
  if (base === 0xffff_ffff && baseHigh === 0xffff_ffff) {
    return [...harts];
  }
  const named: SbiHart[] = [];
  for (let bit = 0; bit < 64; bit++) {
    const word = bit < 32 ? caller.x(argument.a0) : caller.xHigh(argument.a0);
    if (((word >>> (bit % 32)) & 1) === 1) {
      const hart = baseHigh === 0 ? harts[base + bit] : undefined;
      if (hart === undefined) {
        return undefined;
      }
      named.push(hart);
    }
  }
  return named;
}
