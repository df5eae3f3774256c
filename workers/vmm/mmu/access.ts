/** Kinds of access, as generated code numbers them; load and store are the R and W bits of PMP. */
export const access = { fetch: 0, load: 1, store: 2 } as const;
