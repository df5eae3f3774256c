/**
 * The version of QEMU whose machine, command line and monitors these are: Makefiles and managing
 * programs ask for it and go by the number.
 */
export const qemuLikeness = {
  numbers: { major: 7, minor: 2, micro: 0 },
  /** What QEMU has its distributor's name for. */
  packageWords: "Trapline",
} as const;
