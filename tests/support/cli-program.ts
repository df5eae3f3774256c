import { fileURLToPath } from "node:url";
import { findProgram } from "../../services/cli/find-program.mjs";

/**
 * The program `trapline` for tests that start it: as the launcher would, the bundle where there is one of
 * just these sources. Under both runtimes its sources are started by `trapline-qemu.test.ts`.
 */
export const cliProgram = findProgram(fileURLToPath(new URL("../../", import.meta.url)), false);
