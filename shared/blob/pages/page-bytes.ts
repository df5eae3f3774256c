/** Bytes of a page: what is stored once, whoever has it. */
export const pageBytes = 4096;
