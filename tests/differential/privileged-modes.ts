import { buildPrivilegedImage } from "./privileged-image.ts";
import { wordNames } from "./privileged-layout.ts";
import type { PrivilegedProgram } from "./privileged-program.ts";
import { Random } from "./random.ts";
import { randomPrivilegedProgram } from "./random-privileged-program.ts";
import type { Round } from "./suite.ts";

const programsPerSeed = 800;
const itemsPerProgram = 60;

/**
 * Programs for all modes, with page tables, delegation, protection and CSRs.
 *
 * @param most programs, the first of those that there are
 */
export function privilegedModesRound(
  seed: number,
  most = programsPerSeed,
): Round<PrivilegedProgram> {
  const random = new Random(seed);
  const programs = Array.from({ length: most }, (_, i) =>
    randomPrivilegedProgram(
      new Random(random.u32()),
      `Program ${i} of seed ${seed}`,
      itemsPerProgram,
    ),
  );
  return { suite: { build: buildPrivilegedImage, names: wordNames }, programs };
}
