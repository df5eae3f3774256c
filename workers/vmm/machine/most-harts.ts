/** Harts of a machine at the most: as many as the interrupt controllers are laid out for here. */
export const mostHarts = 8;
