import { createHash } from "node:crypto";
import type { HashStart } from "../vmm/mod.ts";

/** SHA-256 by the runtime, fed bit by bit, which is several times as fast as the monitor's own. */
export const nativeHash: HashStart = () => createHash("sha256");
