import { debugRegisters, floatRegisterNames, integerRegisterNames } from "../../vmm/mod.ts";

/** Integer registers by number, as gdb has them: it calls s0 by its other name. */
export const integerNames: readonly string[] = integerRegisterNames.with(8, "fp");

/** Floating-point registers by number. */
export const floatNames = floatRegisterNames;

/** Number of a register by each name that it has. */
export const registerNames: ReadonlyMap<string, number> = new Map([
  ...integerNames.flatMap((name, index) => [
    [name, debugRegisters.x0 + index] as const,
    [`x${index}`, debugRegisters.x0 + index] as const,
  ]),
  ...floatNames.flatMap((name, index) => [
    [name, debugRegisters.f0 + index] as const,
    [`f${index}`, debugRegisters.f0 + index] as const,
  ]),
  ["s0", debugRegisters.x0 + 8],
  ["pc", debugRegisters.pc],
  ["priv", debugRegisters.privilege],
]);
