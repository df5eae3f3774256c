import type { MachineConfig } from "../../workers/vmm/mod.ts";

type EngineName = NonNullable<MachineConfig["engine"]>;

/** The engines that no guest may be able to tell apart; the first is what the others are held to. */
export const engines = ["interpret", "translate"] as const satisfies readonly EngineName[];
