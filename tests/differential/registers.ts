/** Integer registers by their names in the calling convention. */
export const x = {
  ...{ zero: 0, ra: 1, sp: 2, gp: 3, tp: 4, t0: 5, t1: 6, t2: 7, s0: 8, s1: 9 },
  ...{ a0: 10, a1: 11, a2: 12, a3: 13, a4: 14, a5: 15, a6: 16, a7: 17 },
  ...{ t3: 28, t4: 29, t5: 30, t6: 31 },
} as const;
