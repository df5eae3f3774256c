import type { HeatPolicy } from "../../workers/vmm/mod.ts";

/** Translates and joins nearly everything that is executed twice, so that short programs are, too. */
export const eagerHeat: HeatPolicy = {
  interval: 20,
  sampleMarks: 1,
  hotMarks: 1,
  keptMarks: 1,
  joinArrivals: 3,
  adaptExits: 3,
  fading: 1_000_000,
  patience: 0,
};
