/** Names of registers and other operands in assembly text, as GNU as has them. */
export const integerNames: readonly string[] = [
  ...["zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1"],
  ...["a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7"],
  ...["s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"],
];
export const floatNames: readonly string[] = [
  ...["ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7", "fs0", "fs1"],
  ...["fa0", "fa1", "fa2", "fa3", "fa4", "fa5", "fa6", "fa7"],
  ...["fs2", "fs3", "fs4", "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11"],
  ...["ft8", "ft9", "ft10", "ft11"],
];
/** By encoding; the reserved ones have no name. */
export const roundingModes: readonly string[] = [
  "rne",
  "rtz",
  "rdn",
  "rup",
  "rmm",
  "unknown",
  "unknown",
  "dyn",
];

/** The operands of `fli`, by number. */
export const floatConstantNames: readonly string[] = [
  ...["-1", "min", "1.52587890625e-05", "3.0517578125e-05", "0.00390625", "0.0078125", "0.0625"],
  ...["0.125", "0.25", "0.3125", "0.375", "0.4375", "0.5", "0.625", "0.75", "0.875", "1", "1.25"],
  ...["1.5", "1.75", "2", "2.5", "3", "4", "8", "16", "128", "256", "32768", "65536", "inf", "nan"],
];
